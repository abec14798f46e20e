import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import { parseLandingKey, type SealForm } from '../../domain/datasets/landing-key.ts';
import { recordDataset } from '../../domain/datasets/record-dataset.ts';
import {
  MAX_MANIFEST_BYTES,
  MAX_PARTS,
  type Manifest,
  parseManifest,
  partsOf,
  setFolder,
} from '../../domain/datasets/set-contents.ts';
import { columnsWithoutBins, partSpec, partsToGlanceAt, referenceProfile } from '../../domain/datasets/set-parts.ts';
import {
  SetContext,
  SetItem,
  type SetPart,
  SetPlan,
  type SetWork,
  setExecutionName,
  setFiles,
  setId,
} from '../../domain/datasets/sets.ts';
import { uploadIdentity } from '../../domain/datasets/upload.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import type { Reason, SpecVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import type { CurrentObject, CurrentObjects } from '../adapters/s3-listing.ts';
import type { Uploads } from '../adapters/s3-uploads.ts';

export interface PlanSetDeps {
  readonly registry: Pick<
    Registry,
    'claim' | 'completeClaim' | 'releaseClaim' | 'findModel' | 'requireSpec' | 'registerDataset'
  >;
  readonly objects: CurrentObjects;
  readonly uploads: Uploads;
  readonly files: LakeFiles;
  readonly artifacts: ArtifactStore;
  readonly publisher: EventPublisher;
  /** What a judgement needs to know besides the bytes and the spec. */
  readonly context: (spec: ModelSpec, at: Date) => Promise<ValidationContext>;
  readonly now: () => Date;
  readonly memoryLimitMb: number;
}

/** `planned`: the parts listed in `items` are to be validated. Anything else is how the set ended. */
export type PlanOutcome =
  | { readonly outcome: 'planned'; readonly bucket: string; readonly items: string; readonly parts: number }
  | {
      readonly outcome: 'repeated' | 'rejected' | 'unknown-model' | 'gone' | 'superseded';
      readonly codes: readonly string[];
    };

/** The state machine gives up sooner. */
export const LEASE_MS = 25 * 3_600_000;
const BY = 'plan-set';
/** Stands for the digest of bytes nobody has read. */
const NOT_READ = 'not-read';
/** Parts that are tried for a first look: some may have no row. */
const GLANCES = 3;

/**
 * Claims a seal and fixes what it seals: from here on every step reads the same versions of the same objects, under one
 * version of the spec, however often it runs.
 * @throws UnavailableError while another execution is at work
 */
export async function planSet(work: SetWork, deps: PlanSetDeps): Promise<PlanOutcome> {
  const { model, seal, attempt } = work;
  const key = parseLandingKey(seal.key);
  if (key.kind !== 'seal' || key.model !== model) throw new Error(`${seal.key} seals no set of ${model}`);
  const identity = uploadIdentity(seal);
  await releaseSet(work, deps);
  const owner = setExecutionName(model, setId(seal), attempt);
  const claim = await deps.registry.claim<{ codes: readonly string[] }>(identity, owner, {
    now: deps.now(),
    ms: LEASE_MS,
  });
  if (claim.state === 'done') return { outcome: 'repeated', codes: claim.result.codes };
  if (claim.state === 'busy') throw new UnavailableError(`${seal.key} is worked on until ${claim.until.toISOString()}`);
  try {
    const outcome = await plan(work, key, deps);
    if (outcome.outcome !== 'planned') await deps.registry.completeClaim(identity, owner, outcome);
    return outcome;
  } catch (error) {
    await deps.registry.releaseClaim(identity, owner);
    throw error;
  }
}

/** Gives up the claim of this execution and of those before it, which have ended. */
export async function releaseSet(
  { model, seal, attempt }: SetWork,
  { registry }: Pick<PlanSetDeps, 'registry'>,
): Promise<void> {
  for (let each = 1; each <= attempt; each++)
    await registry.releaseClaim(uploadIdentity(seal), setExecutionName(model, setId(seal), each));
}

async function plan(
  { model, seal }: SetWork,
  key: { set: string; form: SealForm },
  deps: PlanSetDeps,
): Promise<PlanOutcome> {
  const set = setId(seal);
  const files = setFiles(model, set);
  const known = await deps.files.findJson(files.plan);
  if (known !== undefined) return planned(SetPlan.parse(known), deps);
  if (!(await deps.registry.findModel(model))) {
    const message = `there is no model ${model}: apply its spec, then seal the set again`;
    return tell('unknown-model', { code: 'unknown-model', message }, { model, key: seal.key }, deps);
  }
  const spec = await deps.registry.requireSpec(model);
  const folder = setFolder(model, key.set);
  const listed = await listFolder(folder, deps.objects);
  const current = listed.find((object) => object.key === seal.key);
  if (!current) {
    const reason = { code: 'gone', message: 'the object that sealed the set was deleted' };
    return tell('gone', reason, { model, key: seal.key }, deps);
  }
  if (current.versionId !== seal.versionId) {
    const reason = { code: 'superseded', message: 'the set was sealed again: that seal counts' };
    return tell('superseded', reason, { model, key: seal.key }, deps);
  }
  const manifest = key.form === 'manifest' ? await readManifest(current, seal, deps) : undefined;
  if (manifest && 'reasons' in manifest) return reject(spec, seal, listed, manifest.reasons, deps);
  const found = partsOf({ form: key.form, folder, maxSizeMb: spec.spec.data.maxSizeMb }, listed, manifest);
  if ('reasons' in found) return reject(spec, seal, listed, found.reasons, deps);

  const at = deps.now();
  const context = await contextOf(spec.spec, { bucket: seal.bucket, parts: found.parts, at }, deps);
  const items = found.parts.map((part) => SetItem.parse({ model, set, ...part }));
  await deps.files.writeJson(files.context, context);
  await deps.files.writeJson(files.items, items);
  const made = {
    model,
    set,
    seal,
    specVersion: spec.version,
    parts: items.length,
    size: found.size,
    at: at.toISOString(),
  };
  // the last one: where it is, so are the others
  await deps.files.writeJson(files.plan, SetPlan.parse(made));
  return planned(made, deps);
}

const planned = (
  { model, set, parts }: Pick<SetPlan, 'model' | 'set' | 'parts'>,
  { files }: PlanSetDeps,
): PlanOutcome => ({
  outcome: 'planned',
  bucket: files.bucket,
  items: setFiles(model, set).items,
  parts,
});

/** Up to a few more objects than a set may have: hidden ones, seals, and one that makes it too many. */
async function listFolder(folder: string, objects: CurrentObjects): Promise<CurrentObject[]> {
  const listed: CurrentObject[] = [];
  let cursor: string | undefined;
  let parts = 0;
  do {
    const page = await objects.page({ folder, cursor });
    listed.push(...page.objects);
    parts += page.objects.filter(({ key }) => parseLandingKey(key).kind === 'part').length;
    cursor = page.next;
  } while (cursor !== undefined && parts <= MAX_PARTS);
  return listed;
}

async function readManifest(
  { size }: CurrentObject,
  seal: SetWork['seal'],
  { uploads }: PlanSetDeps,
): Promise<Manifest | { reasons: Reason[] }> {
  if (size > MAX_MANIFEST_BYTES)
    return { reasons: [{ code: 'bad-manifest', message: `manifest.json has more than ${MAX_MANIFEST_BYTES} bytes` }] };
  return withWorkFolder('manifest', async (folder) => {
    const path = join(folder, 'manifest.json');
    const found = await uploads.download(seal, path);
    if (!found) return { reasons: [{ code: 'gone', message: 'manifest.json was deleted before it was read' }] };
    return parseManifest(await readFile(path, 'utf8'));
  });
}

/** The context of the whole, and bins that all parts count over: suited to one of them where nothing else fixes them. */
async function contextOf(
  spec: ModelSpec,
  { bucket, parts, at }: { bucket: string; parts: readonly SetPart[]; at: Date },
  deps: PlanSetDeps,
): Promise<SetContext> {
  const context = await deps.context(spec, at);
  const open = columnsWithoutBins(spec, context);
  let glance: Profile | undefined;
  for (const part of open.length === 0 ? [] : partsToGlanceAt(parts, GLANCES)) {
    glance = await glanceAt(spec, { ...part, bucket }, context, deps);
    if (glance && glance.rows > 0) break;
  }
  return SetContext.parse({ context, reference: referenceProfile(spec, context, glance) });
}

async function glanceAt(
  spec: ModelSpec,
  part: SetPart & { bucket: string },
  context: ValidationContext,
  { uploads, memoryLimitMb }: PlanSetDeps,
): Promise<Profile | undefined> {
  return withWorkFolder('glance', async (folder) => {
    const path = join(folder, 'upload');
    const facts = await uploads.download(part, path);
    if (!facts) return undefined;
    const input = { spec: partSpec(spec), path, facts, folder, context, memoryLimitMb };
    return validateFile(input, async ({ judgement }) => judgement.profile);
  });
}

/** Says no to a seal that cannot become a data set version. */
async function tell(
  outcome: 'unknown-model' | 'gone' | 'superseded',
  reason: Reason,
  { model, key }: { model: string; key: string },
  { publisher, now }: PlanSetDeps,
): Promise<PlanOutcome> {
  await publisher.publish('DatasetRejected', { model, at: now().toISOString(), key, reasons: [reason] });
  return { outcome, codes: [reason.code] };
}

async function reject(
  spec: SpecVersion,
  seal: SetWork['seal'],
  listed: readonly CurrentObject[],
  reasons: Reason[],
  deps: PlanSetDeps,
): Promise<PlanOutcome> {
  const size = listed.reduce((sum, object) => sum + object.size, 0);
  const none = { total: 0, accepted: 0, quarantined: 0 };
  const judgement = { verdict: 'rejected' as const, reasons, warnings: [], rows: none, rules: [], checks: [] };
  const record = {
    spec,
    source: { ...seal, size },
    contentDigest: NOT_READ,
    judgement,
    files: {},
    by: BY,
    at: deps.now(),
  };
  const dataset = await recordDataset(record, deps);
  return { outcome: 'rejected', codes: dataset.reasons.map(({ code }) => code) };
}
