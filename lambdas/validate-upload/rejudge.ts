import { join } from 'node:path';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { Release } from '../../domain/contracts/contract.ts';
import { placesOf } from '../../domain/datasets/lineage.ts';
import { type DatasetRecord, recordDataset } from '../../domain/datasets/record-dataset.ts';
import { duplicateOf, refused, tooLarge } from '../../domain/datasets/refusals.ts';
import { planRelease, RejudgeRefusedError, releaseIdentity, replayIdentity } from '../../domain/datasets/release.ts';
import type { DatasetOrigin, DatasetVersion, SpecVersion } from '../../domain/registry/entities.ts';
import { datasetIdentity } from '../../domain/registry/keys.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { storeFiles } from './store-files.ts';
import { LEASE_MS, type Outcome, outcomeOf, type ValidateDeps } from './validate-upload.ts';

/** A person's word about a data set version that there is. */
export interface RejudgeRequest {
  readonly model: string;
  /** The version whose bytes are judged again. */
  readonly of: number;
  readonly by: string;
  readonly reason: string;
  /** To judge under: a replay. Absent for a release, which keeps to the spec the rows were set aside by. */
  readonly specVersion?: number;
}

export interface RejudgeDeps extends Omit<ValidateDeps, 'registry' | 'uploads'> {
  readonly registry: ValidateDeps['registry'] & Pick<Registry, 'requireDataset' | 'listDatasets'>;
}

/**
 * Releases or replays a data set version: judges the bytes that came once more and registers what comes of it as a version
 * of its own, in the name of whoever asked; once, however often the request is delivered.
 *
 * @throws UnavailableError while another delivery of the same request is at work
 */
export async function rejudge(request: RejudgeRequest, deps: RejudgeDeps): Promise<Outcome & { repeated: boolean }> {
  const { model, of, specVersion } = request;
  const identity = specVersion === undefined ? releaseIdentity(model, of) : replayIdentity(model, of, specVersion);
  const owner = deps.attemptId();
  const claim = await deps.registry.claim<Outcome>(identity, owner, { now: deps.now(), ms: LEASE_MS });
  if (claim.state === 'done') return { ...claim.result, repeated: true };
  if (claim.state === 'busy')
    throw new UnavailableError(`another delivery judges data set ${of} of ${model} until ${claim.until.toISOString()}`);
  try {
    const planned = await plan(request, deps);
    if ('outcome' in planned) {
      // nothing is kept of a request that came too late: asked for again it may be in time
      await deps.registry.releaseClaim(identity, owner);
      return { ...planned, repeated: false };
    }
    const outcome = outcomeOf(await judgeAgain(planned, request.by, deps));
    await deps.registry.completeClaim(identity, owner, outcome);
    return { ...outcome, repeated: false };
  } catch (error) {
    await deps.registry.releaseClaim(identity, owner);
    throw error;
  }
}

interface Plan {
  readonly dataset: DatasetVersion & Required<Pick<DatasetVersion, 'raw'>>;
  readonly spec: SpecVersion;
  readonly origin: DatasetOrigin;
  /** When the bytes came. */
  readonly cameAt: Date;
}

/** What the registry says has changed since the request was made; the API has answered what could be answered then. */
async function plan(
  { model, of, by, reason, specVersion }: RejudgeRequest,
  deps: RejudgeDeps,
): Promise<Plan | Outcome> {
  const { registry } = deps;
  const [dataset, datasets, current] = await Promise.all([
    registry.requireDataset(model, of),
    registry.listDatasets(model),
    registry.findModel(model),
  ]);
  const ignored = (code: string): Outcome => ({ outcome: 'ignored', model, dataset: of, codes: [code] });
  const { raw } = dataset;
  if (!raw) return ignored('bytes-not-kept');
  const origin: DatasetOrigin =
    specVersion === undefined ? { kind: 'release', of, by, reason } : { kind: 'replay', of, by, reason };
  const spec = await registry.requireSpec(model, specVersion ?? dataset.specVersion);
  // an attempt that registered it may have died before it could tell
  const identity = datasetIdentity({ ...dataset, origin, specVersion: spec.version });
  const isThere = datasets.some((one) => datasetIdentity(one) === identity);
  const cameAt = new Date(uploadOf(dataset, datasets).at);
  const planned = { dataset: { ...dataset, raw }, spec, origin, cameAt };
  if (isThere) return planned;
  if (specVersion === undefined) return isRefused(dataset, datasets) ? ignored('nothing-to-release') : planned;
  if (current?.specVersion !== specVersion) return ignored('spec-changed');
  return placesOf(datasets).holder(of) === of ? planned : ignored('place-taken');
}

function isRefused(dataset: DatasetVersion, datasets: readonly DatasetVersion[]): boolean {
  try {
    planRelease(dataset, datasets);
    return false;
  } catch (error) {
    if (error instanceof RejudgeRefusedError) return true;
    throw error;
  }
}

function uploadOf(dataset: DatasetVersion, datasets: readonly DatasetVersion[]): DatasetVersion {
  const { origin } = dataset;
  const before = origin && datasets.find(({ version }) => version === origin.of);
  return before ? uploadOf(before, datasets) : dataset;
}

/** Without the ids the champion was judged on: they may well be from these bytes, which are no newcomers. */
async function judgeAgain(plan: Plan, by: string, deps: RejudgeDeps): Promise<DatasetVersion> {
  const { dataset, spec, origin, cameAt } = plan;
  const { source, contentDigest, raw } = dataset;
  const record = { spec, source, origin, contentDigest, by, at: deps.now() };
  const refusal = await refusalOf(plan, deps);
  if (refusal) return recordDataset({ ...record, judgement: refused([refusal]), files: { raw } }, deps);
  const { holdoutIds: _own, ...context } = await deps.context(spec.spec, cameAt, { again: dataset.version });
  return withWorkFolder('rejudge', async (folder) => {
    const path = join(folder, 'upload');
    await deps.artifacts.getFile(raw, path);
    const release = origin.kind === 'release' ? releaseOf(dataset) : undefined;
    const { memoryLimitMb } = deps;
    const input = { spec: spec.spec, path, folder, context, memoryLimitMb, ...(release && { release }) };
    return validateFile(input, async (validated) => {
      const files: DatasetRecord['files'] = await storeFiles(validated, path, folder, deps.artifacts);
      return recordDataset({ ...record, judgement: validated.judgement, context, files }, deps);
    });
  });
}

const releaseOf = ({ verdict }: DatasetVersion): Release => (verdict === 'rejected' ? 'rejected' : 'quarantined');

/** What an upload of these bytes would be refused for before it is read. */
async function refusalOf({ dataset, spec, origin }: Plan, { registry }: RejudgeDeps) {
  if (origin.kind === 'release') return undefined;
  const twin = await registry.findDatasetByContent(spec.model, dataset.contentDigest);
  return tooLarge(dataset.source.size, spec.spec) ?? duplicateOf(twin, dataset.source);
}
