import { parseLandingKey } from '../../domain/datasets/landing-key.ts';
import { uploadIdentity } from '../../domain/datasets/upload.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { CurrentObject, CurrentObjects } from '../adapters/s3-listing.ts';
import { logger } from '../runtime/logger.ts';

export interface ReconcileUploadsDeps {
  readonly bucket: string;
  readonly registry: Pick<Registry, 'claim' | 'claimStates' | 'completeClaim' | 'findCursor' | 'moveCursor'>;
  readonly objects: CurrentObjects;
  readonly uploads: {
    /** Messages that wait to be taken. */
    waiting(): Promise<number>;
    send(body: string): Promise<void>;
  };
  readonly now: () => Date;
}

export interface Reconciled {
  /** `backlog`: the queue is busy, so what has no claim is only waiting. */
  readonly outcome: 'looked' | 'backlog';
  readonly pages: number;
  /** Uploads that came in the time looked at. */
  readonly looked: number;
  readonly sent: number;
  /** The bucket goes on: the next run begins where this one ended. */
  readonly unfinished: boolean;
}

/** What came later than this may still be on its way. */
const YOUNGEST_MS = 5 * 60_000;
/** EventBridge tries to deliver for so long: what is older was lost then or is in a dead-letter queue. */
const OLDEST_MS = 24 * 3_600_000;
/** Pages of 1,000 entries: about 20 seconds. A bucket with more takes several runs. */
const MAX_PAGES = 100;
/** With so many messages waiting, a second one for each would only make the wait longer. */
const BACKLOG = 100;
const CURSOR = 'reconcile-uploads';
const BY = 'reconcile-uploads';

/**
 * Finds uploads of which nobody heard, because their event was lost, and sends each to the uploads queue once, as
 * EventBridge would have. A second message for an upload that is only slow does no harm: the upload's claim makes its
 * processing single.
 */
export async function reconcileUploads(deps: ReconcileUploadsDeps): Promise<Reconciled> {
  const now = deps.now();
  if ((await deps.uploads.waiting()) > BACKLOG)
    return { outcome: 'backlog', pages: 0, looked: 0, sent: 0, unfinished: true };
  let cursor = await deps.registry.findCursor(CURSOR);
  let [pages, looked, sent] = [0, 0, 0];
  do {
    const { objects, next } = await deps.objects.page({ cursor });
    const recent = objects.filter((object) => isRecent(object, now) && isClaimed(object.key));
    looked += recent.length;
    for (const object of await unheard(recent, now, deps)) {
      await announce(object, now, deps);
      sent += 1;
    }
    cursor = next;
    pages += 1;
  } while (cursor !== undefined && pages < MAX_PAGES);
  await deps.registry.moveCursor(CURSOR, cursor);
  return { outcome: 'looked', pages, looked, sent, unfinished: cursor !== undefined };
}

function isRecent({ modifiedAt }: CurrentObject, now: Date): boolean {
  const age = now.getTime() - modifiedAt.getTime();
  return age >= YOUNGEST_MS && age <= OLDEST_MS;
}

/** Whether processing such an object leaves a claim. Specs leave none: applying one again changes nothing. */
const isClaimed = (key: string): boolean => ['dataset', 'seal', 'invalid'].includes(parseLandingKey(key).kind);

const identityOf = ({ key, versionId }: CurrentObject, bucket: string): string =>
  uploadIdentity({ bucket, key, versionId });
/** Says that an upload was announced: one that fails each time ends in the dead-letter queue once, not every ten minutes. */
const announcement = (identity: string): string => `announced/${identity}`;

async function unheard(
  objects: readonly CurrentObject[],
  now: Date,
  { bucket, registry }: ReconcileUploadsDeps,
): Promise<CurrentObject[]> {
  const identities = objects.map((object) => identityOf(object, bucket));
  const states = await registry.claimStates([...identities, ...identities.map(announcement)], now);
  return objects.filter((_, i) => states[i] === 'free' && states[objects.length + i] === 'free');
}

async function announce(object: CurrentObject, now: Date, deps: ReconcileUploadsDeps): Promise<void> {
  const { key, versionId, size, etag } = object;
  const event = {
    version: '0',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    time: object.modifiedAt.toISOString(),
    detail: {
      bucket: { name: deps.bucket },
      object: { key, size, 'version-id': versionId, ...(etag !== undefined && { etag }) },
      reason: BY,
    },
  };
  await deps.uploads.send(JSON.stringify(event));
  const said = announcement(identityOf(object, deps.bucket));
  await deps.registry.claim(said, BY, { now, ms: 1 });
  await deps.registry.completeClaim(said, BY, { at: now.toISOString() });
  logger.warn('upload-unheard', { key, versionId, modifiedAt: object.modifiedAt.toISOString() });
}
