import * as z from 'zod';
import { NotFoundError } from '../../domain/common-errors.ts';
import { DecisionKind, type RegisteredModel } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { Candidate, RUN_FILES } from '../../domain/training/plan.ts';
import { json } from '../runtime/http.ts';
import { parseInput } from '../runtime/input.ts';
import { limitOf, page } from './pages.ts';
import type { LakeReader } from './ports.ts';
import type { Call, Route } from './router.ts';

const CHAMPION = 'champion';

async function requireModel(registry: Registry, name: string): Promise<RegisteredModel> {
  const model = await registry.findModel(name);
  if (!model) throw new NotFoundError(`model ${name}`);
  return model;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new NotFoundError(what);
  return value;
}

const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle });

/** A list of what a model has; one more than the limit is read, to know whether there are more. */
const list = (
  noun: string,
  read: (registry: Registry, model: string, limit: number, query: Call['query']) => Promise<readonly unknown[]>,
): Route =>
  get(`models/:model/${noun}`, async ({ params: { model = '' }, query, deps: { registry } }) => {
    const limit = limitOf(query);
    const [, items] = await Promise.all([requireModel(registry, model), read(registry, model, limit + 1, query)]);
    return page(items, limit);
  });

const one = (noun: string, read: (registry: Registry, model: string, id: string) => Promise<unknown>): Route =>
  get(`models/:model/${noun}/:id`, async ({ params: { model = '', id = '' }, deps: { registry } }) =>
    json(200, await read(registry, model, id)),
  );

/** @throws NotFoundError, since what is no number has no record either */
export function numberOf(model: string, noun: string, id: string): number {
  if (!/^[1-9][0-9]{0,9}$/.test(id)) throw new NotFoundError(`${noun} ${id} of ${model}`);
  return Number(id);
}

const Kind = z.object({ kind: DecisionKind.optional() });
const After = z.object({ after: z.coerce.number().int().min(0).default(0) });

async function evaluationOfRun({ params: { model = '', id = '' }, deps: { registry, lake } }: Call) {
  await registry.requireRun(model, id);
  return json(200, found(await readEvaluation(lake, model, id), `evaluation of run ${id}`));
}

async function readEvaluation(lake: LakeReader, model: string, runId: string): Promise<unknown> {
  const candidate = await lake.runFile(model, runId, RUN_FILES.candidate);
  return candidate === undefined ? undefined : lake.artifact(Candidate.parse(candidate).artifacts.evaluation);
}

export const readRoutes: readonly Route[] = [
  get('models', async ({ query, deps: { registry } }) => {
    const limit = limitOf(query);
    const models = await registry.listModels();
    const shown = models.slice(0, limit).map(async (model) => ({
      ...model,
      champion: (await registry.findAlias(model.name, CHAMPION))?.version,
    }));
    return page([...(await Promise.all(shown)), ...models.slice(limit)], limit);
  }),
  get('models/:model', async ({ params: { model: name = '' }, deps: { registry } }) => {
    const model = await requireModel(registry, name);
    const [aliases, traffic] = await Promise.all([registry.listAliases(name), registry.findTraffic(name)]);
    return json(200, { ...model, aliases, traffic });
  }),
  list('specs', (registry, model, limit) => registry.listSpecs(model, limit)),
  one('specs', (registry, model, id) => registry.requireSpec(model, numberOf(model, 'spec', id))),
  list('versions', (registry, model, limit) => registry.listVersions(model, limit)),
  one('versions', (registry, model, id) => registry.requireVersion(model, numberOf(model, 'version', id))),
  get('models/:model/versions/:id/evaluation', async ({ params: { model = '', id = '' }, deps }) => {
    const { artifacts } = await deps.registry.requireVersion(model, numberOf(model, 'version', id));
    return json(200, await deps.lake.artifact(artifacts.evaluation));
  }),
  list('datasets', (registry, model, limit) => registry.listDatasets(model, limit)),
  one('datasets', (registry, model, id) => registry.requireDataset(model, numberOf(model, 'data set', id))),
  list('runs', (registry, model, limit) => registry.listRuns(model, limit)),
  one('runs', (registry, model, id) => registry.requireRun(model, id)),
  get('models/:model/runs/:id/evaluation', evaluationOfRun),
  list('rollouts', (registry, model, limit) => registry.listRollouts(model, limit)),
  list('batches', (registry, model, limit) => registry.listBatches(model, limit)),
  one('batches', (registry, model, id) => registry.requireBatch(model, id)),
  list('decisions', (registry, model, limit, query) =>
    registry.listDecisions(model, parseInput(Kind, { kind: query.kind }).kind, limit),
  ),
  one('decisions', (registry, model, id) => registry.requireDecision(model, id)),
  list('windows', (registry, model, limit) => registry.listMonitorWindows(model, limit)),
  one('windows', async (registry, model, id) => found(await registry.findMonitorWindow(model, id), `window ${id}`)),
  list('aliases', (registry, model) => registry.listAliases(model)),
  one('aliases', async (registry, model, id) => found(await registry.findAlias(model, id), `alias ${model}@${id}`)),
  get('models/:model/traffic', async ({ params: { model = '' }, deps: { registry } }) =>
    json(200, found(await registry.findTraffic(model), `traffic of ${model}`)),
  ),
  // oldest first, from `?after=<seq>`; with the head, so that a reader can verify the whole chain
  get('models/:model/audit', async ({ params: { model = '' }, query, deps: { registry } }) => {
    const limit = limitOf(query);
    const { after } = parseInput(After, { after: query.after });
    // the head first: events written meanwhile come after it, and none before it can be missing
    const head = found(await registry.findAuditHead(model), `model ${model}`);
    return page(await registry.listAudit(model, { after, limit: limit + 1 }), limit, { head });
  }),
  one('audit', async (registry, model, id) => {
    const seq = numberOf(model, 'audit event', id);
    const [event] = await registry.listAudit(model, { after: seq - 1, limit: 1 });
    return found(event?.seq === seq ? event : undefined, `audit event ${seq} of ${model}`);
  }),
];
