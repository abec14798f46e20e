import * as z from 'zod';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import { InvalidInputError, NotFoundError } from '../../domain/common-errors.ts';
import type { FetchedContext } from '../../domain/contracts/fetched-context.ts';
import {
  artifactOf,
  DATASET_FILES,
  type FileLink,
  type FileLinks,
  fileName,
  type PartFile,
  partFile,
  partName,
  partsOf,
} from '../../domain/datasets/dataset-files.ts';
import { planRelease, planReplay } from '../../domain/datasets/release.ts';
import { DatasetParts } from '../../domain/datasets/sets.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { RUN_FILES, TrainingPlan } from '../../domain/training/plan.ts';
import { json } from '../runtime/http.ts';
import { parseInput } from '../runtime/input.ts';
import { fitContext } from './fit-context.ts';
import { limitOf } from './pages.ts';
import { parseBody } from './problems.ts';
import { numberOf } from './read-routes.ts';
import type { Call, Route } from './router.ts';

const Reason = z.string().trim().min(1).max(1_000);
const ReleaseBody = z.strictObject({ reason: Reason });
const ReplayBody = z.strictObject({
  datasets: z.array(z.number().int().min(1)).min(1).max(1_000).optional(),
  since: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text).toISOString())
    .optional(),
  reason: Reason,
});
const After = z.object({ after: z.coerce.number().int().min(0).default(0) });
/** Of one answer: a link has about a kilobyte, and all of them are used within minutes. */
const MAX_LINKS = 100;
const Holdout = z.object({ holdout: z.enum(['0', '1']).default('0') });

/** One event each is published within the time a call has. */
const MAX_REPLAYS = 1_000;

async function fileLink({ params: { model = '', id = '', file = '' }, query, deps }: Call) {
  const dataset = await deps.registry.requireDataset(model, numberOf(model, 'data set', id));
  const what = DATASET_FILES.find((one) => one === file);
  const inParts = what && partFile(dataset, what);
  if (inParts) return partLinks(dataset, inParts, query, deps);
  const ref = what && artifactOf(dataset, what);
  if (!ref) throw new NotFoundError(`${file} of data set ${id} of ${model}`);
  return json(200, await linkTo(ref, fileName(dataset, what), deps));
}

async function partLinks(dataset: DatasetVersion, file: PartFile, query: Call['query'], { lake, links }: Call['deps']) {
  const { after } = parseInput(After, { after: query.after });
  const limit = Math.min(limitOf(query), MAX_LINKS);
  const refs = partsOf(DatasetParts.parse(dataset.parts && (await lake.artifact(dataset.parts))), file);
  const page = refs.slice(after, after + limit);
  const parts = await Promise.all(page.map((ref, index) => linkTo(ref, partName(after + index, file), { links })));
  return json(200, { parts, more: after + page.length < refs.length } satisfies FileLinks);
}

async function linkTo(ref: ArtifactRef, name: string, { links }: Pick<Call['deps'], 'links'>): Promise<FileLink> {
  const { url, expiresAt } = await links.read(ref, name);
  const { sha256, size } = ref;
  return { name, url, sha256, size, expiresAt: expiresAt.toISOString() };
}

async function context({ params: { model = '' }, query, deps }: Call) {
  const { holdout } = parseInput(Holdout, { holdout: query.holdout });
  const { spec } = await deps.registry.requireSpec(model);
  const context = fitContext(await deps.context(spec, deps.now()));
  const holdoutRows = holdout === '1' ? await linkToHoldout(spec, deps) : undefined;
  return json(200, { ...context, ...(holdoutRows && { holdoutRows }) } satisfies FetchedContext);
}

/** The rows the champion was judged on; undefined where no check looks at them, or nobody can tell them apart. */
async function linkToHoldout(
  spec: ModelSpec,
  { registry, lake, links }: Call['deps'],
): Promise<FetchedContext['holdoutRows']> {
  const { name: model } = spec;
  if (!spec.data.checks.some(({ type }) => type === 'holdout-overlap')) return undefined;
  const alias = await registry.findAlias(model, 'champion');
  if (!alias) return undefined;
  const { runId, specVersion, artifacts } = await registry.requireVersion(model, alias.version);
  const { id } = (await registry.requireSpec(model, specVersion)).spec.data;
  const plan = await lake.runFile(model, runId, RUN_FILES.plan);
  if (id === undefined || plan === undefined) return undefined;
  const key = TrainingPlan.parse(plan).keys.holdoutRows;
  const { url, expiresAt } = await links.read({ bucket: artifacts.model.bucket, key }, 'holdout.parquet');
  return { url, expiresAt: expiresAt.toISOString(), id };
}

async function release({ params: { model = '', id = '' }, body, by, deps }: Call) {
  const { reason } = parseBody(ReleaseBody, body);
  const { registry, publisher, now } = deps;
  const dataset = await registry.requireDataset(model, numberOf(model, 'data set', id));
  const { released } = planRelease(dataset, await registry.listDatasets(model));
  const of = dataset.version;
  if (released) return json(200, { model, of, dataset: released.version, requested: false });
  await publisher.publish('DatasetReleaseRequested', { model, at: now().toISOString(), dataset: of, by, reason });
  return json(202, { model, of, requested: true });
}

async function replay({ params: { model = '' }, body, by, deps }: Call) {
  const { datasets: wanted, since, reason } = parseBody(ReplayBody, body);
  if ((wanted === undefined) === (since === undefined))
    throw new InvalidInputError(['give exactly one of datasets and since']);
  const { registry, publisher, now } = deps;
  const [{ version: specVersion }, datasets] = await Promise.all([
    registry.requireSpec(model),
    registry.listDatasets(model),
  ]);
  const unknown = wanted?.find((version) => !datasets.some((dataset) => dataset.version === version));
  if (unknown !== undefined) throw new NotFoundError(`data set ${unknown} of ${model}`);
  const plan = planReplay(datasets, wanted ? { versions: wanted } : { since: since ?? '' }, specVersion);
  if (plan.ask.length > MAX_REPLAYS) {
    const problem = `${plan.ask.length} data sets would be judged again; at most ${MAX_REPLAYS} can be asked for at once`;
    throw new InvalidInputError([problem]);
  }
  const at = now().toISOString();
  await inBatches(plan.ask, (dataset) =>
    publisher.publish('DatasetReplayRequested', { model, at, dataset, specVersion, by, reason }),
  );
  const { ask: requested, done, skipped } = plan;
  return json(requested.length > 0 ? 202 : 200, { model, specVersion, requested, done, skipped });
}

const CALLS_AT_ONCE = 20;

async function inBatches<T>(items: readonly T[], handle: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += CALLS_AT_ONCE)
    await Promise.all(items.slice(start, start + CALLS_AT_ONCE).map(handle));
}

export const datasetRoutes: readonly Route[] = [
  { method: 'GET', path: 'models/:model/datasets/:id/files/:file', handle: fileLink },
  { method: 'GET', path: 'models/:model/validation-context', handle: context },
  { method: 'POST', path: 'models/:model/datasets/:id/release', handle: release },
  { method: 'POST', path: 'models/:model/datasets/replay', handle: replay },
];
