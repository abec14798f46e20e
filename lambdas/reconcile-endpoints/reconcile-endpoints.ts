import { neededEndpoints, readPointers } from '../../domain/endpoints/needed-endpoints.ts';
import { ownerOf } from '../../domain/endpoints/orphans.ts';
import { type ReconciledModel, reconcileModel } from '../../domain/endpoints/reconcile-model.ts';
import type { RepairDeps } from '../../domain/endpoints/repair.ts';
import type { ParkedToken } from '../../domain/registry/entities.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';

export type ReconcileEndpointsDeps = RepairDeps;

export interface Reconciled {
  readonly models: number;
  readonly endpoints: number;
  readonly drifted: number;
  readonly repairsStarted: number;
  readonly trafficMoved: number;
  readonly failed: number;
  /** There are more models: the next run goes on after the last one looked at. */
  readonly unfinished: boolean;
}

/** Models looked at side by side: each takes three reads, and one call to SageMaker for each endpoint. */
const AT_ONCE = 5;
/** Of the function's two minutes. */
const BUDGET_MS = 80_000;
/** Control-plane calls of an account share a rate that others need as well. */
const MAX_ENDPOINTS = 400;
/** So many models in a row that cannot be looked at mean that a service is away. */
const MAX_FAILURES_IN_A_ROW = 10;
const CURSOR = 'reconcile-endpoints';

/** @throws what kept the model from being looked at */
export async function reconcileByEndpoint(endpoint: string, deps: ReconcileEndpointsDeps): Promise<void> {
  const owner = ownerOf(endpoint);
  if (owner?.kind !== 'version' || !(await deps.registry.findModel(owner.model))) return;
  report(await reconcileModel(owner.model, deps), owner.model, deps);
}

/**
 * Walks the models, those under repair first, as far as time and SageMaker's rate allow.
 *
 * @throws AggregateError of what could not be looked at, after everything else was
 */
export async function reconcileEndpoints(deps: ReconcileEndpointsDeps): Promise<Reconciled> {
  const { registry, now } = deps;
  const until = now().getTime() + BUDGET_MS;
  const repairs = (await registry.listParkedDue(now())).filter(({ kind }) => kind === 'repair');
  for (const repair of repairs) await dropStale(repair, deps);
  const urgent = [...new Set(repairs.map(({ model }) => model))].sort();
  const cursor = (await registry.findCursor(CURSOR)) ?? '';
  const names = (await registry.listModels()).map(({ name }) => name).sort();
  const walk = names.filter((name) => name > cursor);
  const open = [...urgent, ...walk.filter((name) => !urgent.includes(name))];
  const totals = { models: 0, endpoints: 0, drifted: 0, repairsStarted: 0, trafficMoved: 0 };
  const errors: unknown[] = [];
  let [inARow, last] = [0, cursor];
  while (open.length > 0 && now().getTime() < until && totals.endpoints < MAX_ENDPOINTS) {
    if (inARow >= MAX_FAILURES_IN_A_ROW) break;
    const batch = open.splice(0, AT_ONCE);
    for (const [i, look] of (await Promise.allSettled(batch.map((model) => reconcileModel(model, deps)))).entries()) {
      totals.models += 1;
      inARow = look.status === 'fulfilled' ? 0 : inARow + 1;
      if (look.status === 'rejected') errors.push(look.reason);
      else add(totals, report(look.value, batch[i] as string, deps));
    }
    last = batch.filter((name) => name > last && walk.includes(name)).at(-1) ?? last;
  }
  const unfinished = open.length > 0;
  await registry.moveCursor(CURSOR, unfinished ? last : undefined);
  const reconciled = { ...totals, failed: errors.length, unfinished };
  logger.info('endpoints-reconciled', reconciled);
  if (errors.length > 0) {
    throw new AggregateError(errors, `${errors.length} of ${totals.models} models failed, first: ${errors[0]}`);
  }
  return reconciled;
}

/** What nothing needs any more is not repaired; an execution that goes on finds that out itself. */
async function dropStale(
  { name, model, ownerId, executionArn }: ParkedToken,
  { registry, repairs }: ReconcileEndpointsDeps,
): Promise<void> {
  const needed = neededEndpoints(model, await readPointers(model, registry));
  if (needed.some((each) => each.name === ownerId && each.mustServe)) return;
  if (executionArn && (await repairs.describe(executionArn))?.status === 'RUNNING') return;
  await registry.unpark(name);
}

function report(look: ReconciledModel, model: string, { now }: ReconcileEndpointsDeps): ReconciledModel {
  if (look.drifted > 0 || look.trafficMoved || look.repairsStarted > 0) {
    logger.warn('endpoint-drift', { model, ...look });
    const { drifted, repairsStarted, trafficMoved } = look;
    const moved = trafficMoved ? 1 : 0;
    count({ EndpointsDrifted: drifted, EndpointRepairsStarted: repairsStarted, EndpointTrafficMoved: moved }, now());
  }
  return look;
}

function add(totals: Record<string, number>, look: ReconciledModel): void {
  totals.endpoints = (totals.endpoints ?? 0) + look.looked;
  totals.drifted = (totals.drifted ?? 0) + look.drifted;
  totals.repairsStarted = (totals.repairsStarted ?? 0) + look.repairsStarted;
  totals.trafficMoved = (totals.trafficMoved ?? 0) + (look.trafficMoved ? 1 : 0);
}
