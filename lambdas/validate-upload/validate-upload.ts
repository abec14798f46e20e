import { join } from 'node:path';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import type { Judgement } from '../../domain/contracts/judgement.ts';
import { parseLandingKey } from '../../domain/datasets/landing-key.ts';
import { type DatasetRecord, recordDataset } from '../../domain/datasets/record-dataset.ts';
import { duplicateOf, refused, tooLarge } from '../../domain/datasets/refusals.ts';
import { type UploadSource, uploadIdentity } from '../../domain/datasets/upload.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { DatasetVersion, Reason, SpecVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import type { Metered } from '../../engine/source/meter.ts';
import { validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { Uploads } from '../adapters/s3-uploads.ts';
import { storeFiles } from './store-files.ts';

export interface ValidateDeps {
  readonly registry: Pick<
    Registry,
    | 'claim'
    | 'completeClaim'
    | 'releaseClaim'
    | 'findModel'
    | 'requireSpec'
    | 'findDatasetByContent'
    | 'registerDataset'
  >;
  readonly artifacts: ArtifactStore;
  readonly uploads: Uploads;
  readonly publisher: EventPublisher;
  /** What a judgement needs to know besides the bytes and the spec. */
  readonly context: (spec: ModelSpec, at: Date, options?: { readonly again: number }) => Promise<ValidationContext>;
  readonly now: () => Date;
  /** A new name for each attempt: it holds the claim. */
  readonly attemptId: () => string;
  readonly memoryLimitMb: number;
}

/** How an upload ended; the same for each delivery of its event. */
export interface Outcome {
  readonly outcome: DatasetVersion['verdict'] | 'ignored' | 'invalid-key' | 'unknown-model' | 'gone';
  readonly model?: string;
  readonly dataset?: number;
  /** Machine-readable; never values. */
  readonly codes: readonly string[];
}

/** The function's timeout is shorter; a claim that outlives its holder is free again afterwards. */
export const LEASE_MS = 6 * 60_000;
const BY = 'validate-upload';
/** Stands for the digest of bytes nobody has read. */
const NOT_READ = 'not-read';

/**
 * Validates one upload and registers it as a data set version, once however often it is delivered.
 * @param cameAt when it came, by its event: a delivery hours later judges its age alike
 * @throws UnavailableError while another delivery of the same upload is at work
 */
export async function validateUpload(
  upload: UploadSource,
  deps: ValidateDeps,
  cameAt: Date = deps.now(),
): Promise<Outcome & { repeated: boolean }> {
  const key = parseLandingKey(upload.key);
  if (key.kind === 'ignored') return { outcome: 'ignored', codes: [key.why], repeated: false };
  // parts wait for their seal, and a seal has an execution of its own
  if (key.kind === 'spec' || key.kind === 'part' || key.kind === 'seal')
    return { outcome: 'ignored', codes: [key.kind], repeated: false };

  const identity = uploadIdentity(upload);
  const owner = deps.attemptId();
  const claim = await deps.registry.claim<Outcome>(identity, owner, { now: deps.now(), ms: LEASE_MS });
  if (claim.state === 'done') return { ...claim.result, repeated: true };
  if (claim.state === 'busy')
    throw new UnavailableError(`another delivery validates ${upload.key} until ${claim.until.toISOString()}`);
  try {
    const outcome =
      key.kind === 'invalid'
        ? await refuseUnread({ outcome: 'invalid-key', model: key.model }, upload, [invalidKey(key.why)], deps)
        : await validateDataset(key.model, { ...upload, cameAt }, deps);
    await deps.registry.completeClaim(identity, owner, outcome);
    return { ...outcome, repeated: false };
  } catch (error) {
    await deps.registry.releaseClaim(identity, owner);
    throw error;
  }
}

const invalidKey = (why: string): Reason => ({
  code: 'invalid-key',
  message: `the key is not of the form <model>/<file> or <model>/<set>/<file>: ${why}`,
});

type Arrived = UploadSource & { readonly cameAt: Date };

async function validateDataset(model: string, { cameAt, ...upload }: Arrived, deps: ValidateDeps): Promise<Outcome> {
  if (!(await deps.registry.findModel(model))) {
    const message = `there is no model ${model}: apply its spec, then upload again`;
    return refuseUnread({ outcome: 'unknown-model', model }, upload, [{ code: 'unknown-model', message }], deps);
  }
  const spec = await deps.registry.requireSpec(model);
  const size = await deps.uploads.size(upload);
  if (size === undefined) return gone(model, upload, deps);
  const large = tooLarge(size, spec.spec);
  if (large) return finish(spec, { ...upload, size }, { judgement: refused([large]), digest: NOT_READ }, deps);
  return withWorkFolder('upload', async (folder) => {
    const path = join(folder, 'upload');
    const file = await deps.uploads.download(upload, path);
    if (!file) return gone(model, upload, deps);
    return judgeFile(spec, { ...upload, cameAt }, { ...file, path, folder }, deps);
  });
}

function gone(model: string, upload: UploadSource, deps: ValidateDeps): Promise<Outcome> {
  const reason = { code: 'gone', message: 'the object was deleted before it was read' };
  return refuseUnread({ outcome: 'gone', model }, upload, [reason], deps);
}

/** Says no to something that cannot become a data set version of a model. */
async function refuseUnread(
  { outcome, model }: { outcome: Outcome['outcome']; model?: string | undefined },
  { key }: UploadSource,
  reasons: Reason[],
  { publisher, now }: ValidateDeps,
): Promise<Outcome> {
  // an event is about a model; a key that names none is only logged
  if (model !== undefined) await publisher.publish('DatasetRejected', { model, at: now().toISOString(), key, reasons });
  return { outcome, ...(model !== undefined && { model }), codes: reasons.map(({ code }) => code) };
}

async function judgeFile(
  spec: SpecVersion,
  { cameAt, ...upload }: Arrived,
  file: Metered & { path: string; folder: string },
  deps: ValidateDeps,
): Promise<Outcome> {
  const source = { ...upload, size: file.size };
  const duplicate = duplicateOf(await deps.registry.findDatasetByContent(spec.model, file.sha256), upload);
  if (duplicate) return finish(spec, source, { judgement: refused([duplicate]), digest: file.sha256 }, deps);
  const { path, folder } = file;
  const context = await deps.context(spec.spec, cameAt);
  const input = { spec: spec.spec, path, facts: file, folder, context, memoryLimitMb: deps.memoryLimitMb };
  return validateFile(input, async (validated) => {
    const files = await storeFiles(validated, path, folder, deps.artifacts);
    return finish(spec, source, { judgement: validated.judgement, digest: file.sha256, context, files }, deps);
  });
}

interface Finished {
  readonly judgement: Judgement;
  readonly digest: string;
  readonly context?: ValidationContext;
  readonly files?: DatasetRecord['files'];
}

async function finish(
  spec: SpecVersion,
  source: DatasetVersion['source'],
  { judgement, digest, context, files = {} }: Finished,
  deps: ValidateDeps,
): Promise<Outcome> {
  const record = { spec, source, contentDigest: digest, judgement, files, by: BY, at: deps.now() };
  const dataset = await recordDataset({ ...record, ...(context && { context }) }, deps);
  return outcomeOf(dataset);
}

export const outcomeOf = ({ verdict, model, version, reasons }: DatasetVersion): Outcome => ({
  outcome: verdict,
  model,
  dataset: version,
  codes: reasons.map(({ code }) => code),
});
