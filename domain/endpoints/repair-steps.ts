import { PlatformError } from '../errors.ts';
import { judgeEndpoint } from './judge-endpoint.ts';
import { neededEndpoints, readPointers, requireNeeded } from './needed-endpoints.ts';
import { reconcileTraffic } from './reconcile-model.ts';
import { decide, type EndpointDeps, retryAfterMs, watchedRepair } from './repair.ts';

/** SageMaker takes no call for an endpoint that is created, updated or deleted: it frees up in minutes. */
export class EndpointBusyError extends PlatformError {
  override readonly name = 'EndpointBusyError';
  readonly kind = 'unavailable';
}

/** A rollout has taken the endpoint up, or nothing needs it any more. */
export class RepairObsoleteError extends PlatformError {
  override readonly name = 'RepairObsoleteError';
  readonly kind = 'conflict';
}

export interface Repair {
  readonly model: string;
  readonly version: number;
  readonly endpoint: string;
  /** Name of the execution. */
  readonly repairId: string;
}

export interface RepairStepDeps extends EndpointDeps {
  readonly endpoints: EndpointDeps['endpoints'] & {
    /** Endpoint, configuration and model of this name; what is not there is fine. */
    remove(name: string): Promise<void>;
  };
}

/**
 * Makes room for the endpoint to be created again: deletes what does not serve, with its configuration and model, which are
 * made anew from the registry's record. What answers, or is being created and cannot be deleted, stays.
 *
 * @throws EndpointBusyError until the deletion is through, RepairObsoleteError
 */
export async function clearEndpoint({ model, endpoint }: Repair, deps: RepairStepDeps): Promise<object> {
  const needed = neededEndpoints(model, await readPointers(model, deps.registry));
  const { inRollout } = requireNeededStill(endpoint, needed);
  if (inRollout) throw new RepairObsoleteError(`a rollout of ${model} has taken up endpoint ${endpoint}`);
  const { action, condition } = judgeEndpoint(endpoint, await deps.endpoints.describe(endpoint), deps.now());
  if (action === 'none' || condition === 'starting' || condition === 'stuck') return { cleared: false };
  if (action === 'wait') throw new EndpointBusyError(`endpoint ${endpoint} is ${condition}`);
  await deps.endpoints.remove(endpoint);
  if (await deps.endpoints.describe(endpoint)) throw new EndpointBusyError(`endpoint ${endpoint} is being deleted`);
  return { cleared: true };
}

function requireNeededStill(endpoint: string, needed: Parameters<typeof requireNeeded>[1]) {
  try {
    return requireNeeded(endpoint, needed);
  } catch (cause) {
    throw new RepairObsoleteError(`nothing needs endpoint ${endpoint} any more`, { cause });
  }
}

/** The endpoint answers like the registered model again: requests come back to it. */
export async function finishRepair(
  { model, version, endpoint, repairId }: Repair,
  deps: EndpointDeps,
): Promise<object> {
  const at = deps.now().toISOString();
  await deps.publisher.publish('EndpointRepaired', { model, at, version, endpoint, repairId });
  const decisionId = `${repairId}-repaired`;
  await decide({ decisionId, model, version, outcome: 'repaired', reasons: [], numbers: { endpoint } }, deps);
  await deps.registry.unpark(watchedRepair(endpoint));
  return { trafficMoved: await reconcileTraffic(model, deps) };
}

/** Writes down why, and leaves the next try to a later look. What is obsolete is not tried again. */
export async function failRepair(
  { model, version, endpoint, repairId }: Repair,
  failure: { readonly error: string; readonly cause: string },
  deps: EndpointDeps,
): Promise<object> {
  const obsolete = failure.error === 'RepairObsoleteError';
  const outcome = obsolete ? 'repair-obsolete' : 'repair-failed';
  const reasons = [`${failure.error}: ${failure.cause}`];
  const decisionId = `${repairId}-failed`;
  await decide({ decisionId, model, version, outcome, reasons, numbers: { endpoint } }, deps);
  const { registry, now } = deps;
  const key = watchedRepair(endpoint);
  const parked = await registry.findParked(key);
  if (!parked) return { outcome };
  if (obsolete) await registry.unpark(key);
  else {
    const { executionArn: _, ...rest } = parked;
    const dueAt = new Date(now().getTime() + retryAfterMs(parked.attempt ?? 1)).toISOString();
    await registry.park({ ...rest, dueAt });
  }
  return { outcome };
}
