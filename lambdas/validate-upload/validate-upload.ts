import { join } from 'node:path';
import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { UnavailableError } from '../../domain/common-errors.ts';
import { parseLandingKey } from '../../domain/datasets/landing-key.ts';
import { ValidationReport } from '../../domain/datasets/report.ts';
import { type UploadSource, uploadIdentity } from '../../domain/datasets/upload.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { DatasetVersion, Reason, SpecVersion } from '../../domain/registry/entities.ts';
import { boundReasons } from '../../domain/registry/limits.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { withDuckDb } from '../../engine/duckdb.ts';
import { type Scan, scanFile } from '../../engine/scan/scan-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { DownloadedUpload, Uploads } from '../adapters/s3-uploads.ts';

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
const LEASE_MS = 6 * 60_000;
const BY = 'validate-upload';
/** Stands for the digest of bytes nobody has read. */
const NOT_READ = 'not-read';
const MEGABYTE = 1024 * 1024;

/**
 * Validates one upload and registers it as a data set version, once however often it is delivered.
 * @throws UnavailableError while another delivery of the same upload is at work
 */
export async function validateUpload(
  upload: UploadSource,
  deps: ValidateDeps,
): Promise<Outcome & { repeated: boolean }> {
  const key = parseLandingKey(upload.key);
  if (key.kind === 'ignored') return { outcome: 'ignored', codes: [key.why], repeated: false };
  if (key.kind === 'spec') return { outcome: 'ignored', codes: ['spec'], repeated: false };

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
        : await validateDataset(key.model, upload, deps);
    await deps.registry.completeClaim(identity, owner, outcome);
    return { ...outcome, repeated: false };
  } catch (error) {
    await deps.registry.releaseClaim(identity, owner);
    throw error;
  }
}

const invalidKey = (why: string): Reason => ({
  code: 'invalid-key',
  message: `the key is not of the form <model>/<file>: ${why}`,
});

async function validateDataset(model: string, upload: UploadSource, deps: ValidateDeps): Promise<Outcome> {
  if (!(await deps.registry.findModel(model))) {
    const message = `there is no model ${model}: apply its spec, then upload again`;
    return refuseUnread({ outcome: 'unknown-model', model }, upload, [{ code: 'unknown-model', message }], deps);
  }
  const spec = await deps.registry.requireSpec(model);
  const size = await deps.uploads.size(upload);
  if (size === undefined) return gone(model, upload, deps);
  const limit = spec.spec.data.maxSizeMb * MEGABYTE;
  if (size > limit) {
    const message = `the file has ${size} bytes; data.maxSizeMb allows ${limit}`;
    return finish(spec, { ...upload, size }, rejected({ code: 'too-large', message }), NOT_READ, deps);
  }
  return withWorkFolder('upload', async (folder) => {
    const path = join(folder, 'upload');
    const file = await deps.uploads.download(upload, path, spec.spec.data.format === 'csv');
    if (!file) return gone(model, upload, deps);
    return judgeFile(spec, upload, { ...file, path, folder }, deps);
  });
}

const rejected = (reason: Reason): Scan => ({
  verdict: 'rejected',
  reasons: [reason],
  rows: { total: 0, bad: 0 },
  rules: [],
});

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
  upload: UploadSource,
  file: DownloadedUpload & { path: string; folder: string },
  deps: ValidateDeps,
): Promise<Outcome> {
  const source = { ...upload, size: file.size };
  const twin = await deps.registry.findDatasetByContent(spec.model, file.sha256);
  if (twin && !isSame(twin.source, upload)) {
    const message = `the same bytes are data set ${twin.version} of ${spec.model}, uploaded as ${twin.source.key}`;
    return finish(spec, source, rejected({ code: 'duplicate', message }), file.sha256, deps);
  }
  const options = { memoryLimitMb: deps.memoryLimitMb, folders: [file.folder] };
  const scan = await withDuckDb(options, (connection) => scanFile(connection, spec.spec, file.folder, file));
  return finish(spec, source, scan, file.sha256, deps);
}

const isSame = (a: UploadSource, b: UploadSource): boolean =>
  a.bucket === b.bucket && a.key === b.key && a.versionId === b.versionId;

/** Stores what was made of the upload, then the record, then tells. A repeated call stores and records the same again. */
async function finish(
  { model, version: specVersion }: SpecVersion,
  source: DatasetVersion['source'],
  scan: Scan,
  contentDigest: string,
  { artifacts, registry, publisher, now }: ValidateDeps,
): Promise<Outcome> {
  const at = now();
  const accepted = scan.rows.total - scan.rows.bad;
  const { verdict, rules } = scan;
  const reasons = boundReasons(scan.reasons);
  const report = ValidationReport.parse({
    schemaVersion: 1,
    model,
    specVersion,
    source,
    contentDigest,
    verdict,
    reasons: scan.reasons,
    rows: { total: scan.rows.total, accepted: verdict === 'rejected' ? 0 : accepted, quarantined: scan.rows.bad },
    rules: rules.map((rule) => ({ ...rule, examples: [...rule.examples] })),
    at: at.toISOString(),
  });
  const dataset = await registry.registerDataset(
    {
      model,
      contentDigest,
      verdict,
      reasons,
      source,
      specVersion,
      rows: report.rows.accepted,
      quarantinedRows: scan.rows.bad,
      ...(await storeFiles(scan, artifacts)),
      report: await putJson(artifacts, 'report.json', report),
      ...(scan.timeRange && { timeRange: scan.timeRange }),
      at: at.toISOString(),
    },
    { by: BY, at },
  );
  const event = { model, dataset: dataset.version, at: at.toISOString() };
  if (dataset.verdict === 'rejected')
    await publisher.publish('DatasetRejected', { ...event, key: source.key, reasons: dataset.reasons });
  else await publisher.publish('DatasetAccepted', { ...event, rows: dataset.rows });
  return { outcome: dataset.verdict, model, dataset: dataset.version, codes: dataset.reasons.map(({ code }) => code) };
}

async function storeFiles(scan: Scan, artifacts: ArtifactStore): Promise<Record<string, ArtifactRef>> {
  const parquet = 'application/vnd.apache.parquet';
  return {
    ...(scan.data && { data: await artifacts.putFile('data.parquet', scan.data, parquet) }),
    ...(scan.quarantine && { quarantine: await artifacts.putFile('quarantine.parquet', scan.quarantine, parquet) }),
    ...(scan.profile && { profile: await putJson(artifacts, 'profile.json', scan.profile) }),
  };
}

const putJson = (artifacts: ArtifactStore, name: string, value: unknown): Promise<ArtifactRef> =>
  artifacts.putBytes(name, Buffer.from(canonicalJson(value)), 'application/json');
