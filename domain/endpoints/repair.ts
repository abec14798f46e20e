import { NotFoundError } from '../common-errors.ts';
import type { EventPublisher } from '../events/catalog.ts';
import type { Decision, ParkedToken } from '../registry/entities.ts';
import type { Registry } from '../registry/ports.ts';
import type { EndpointJudgement, LiveEndpoint } from './judge-endpoint.ts';
import type { NeededEndpoint } from './needed-endpoints.ts';

export const BY = 'reconcile-endpoints';

export interface EndpointDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly endpoints: {
    /** Undefined for what SageMaker does not know. */
    describe(name: string): Promise<LiveEndpoint | undefined>;
  };
  readonly now: () => Date;
}

export interface RepairDeps extends EndpointDeps {
  readonly repairs: {
    /** Starts the execution of this name; one that already exists is a success. @returns its ARN */
    start(name: string, input: object): Promise<string>;
    /** Undefined for an execution that is no longer known. */
    describe(executionArn: string): Promise<{ readonly status: string } | undefined>;
  };
}

/** The name an endpoint's repair is parked under from its start until the endpoint is verified again. */
export const watchedRepair = (endpoint: string): string => `repair/${endpoint}`;

/** Between two repairs of an endpoint that does not come back: doubled each time, up to the most. */
const RETRY_AFTER_MS = 15 * 60_000;
const RETRY_AT_MOST_MS = 6 * 3_600_000;
/** Two looks at the same time start one repair. */
const LEASE_MS = 60_000;

export const retryAfterMs = (attempt: number): number =>
  Math.min(RETRY_AFTER_MS * 2 ** (attempt - 1), RETRY_AT_MOST_MS);

export type Started = 'started' | 'under-way' | 'later';

/**
 * Has the endpoint created anew and verified by its state machine, once at a time. Safe to repeat at any point: the
 * execution's name follows from what is parked before it starts.
 */
export async function startRepair(
  { model, version, name }: NeededEndpoint,
  judgement: EndpointJudgement,
  deps: RepairDeps,
): Promise<Started> {
  const { registry, repairs, now } = deps;
  const key = watchedRepair(name);
  const claim = await registry.claim(key, BY, { now: now(), ms: LEASE_MS });
  if (claim.state !== 'claimed') return 'under-way';
  try {
    const known = await registry.findParked(key);
    if (known?.executionArn && (await repairs.describe(known.executionArn))?.status === 'RUNNING') return 'under-way';
    const waits = known && !known.executionArn && known.dueAt > known.parkedAt;
    if (waits && known.dueAt > now().toISOString()) return 'later';
    const parked = known && !known.executionArn && !waits ? known : await parkNext(key, known, { model, name }, deps);
    const repairId = repairName(name, parked);
    await announceDrift({ model, version, name }, judgement, repairId, deps);
    const executionArn = await repairs.start(repairId, { model, version, endpoint: name, repairId });
    await registry.park({ ...parked, executionArn });
    return 'started';
  } finally {
    await registry.releaseClaim(key, BY);
  }
}

async function parkNext(
  key: string,
  known: ParkedToken | undefined,
  { model, name }: { model: string; name: string },
  { registry, now }: RepairDeps,
): Promise<ParkedToken> {
  const at = now().toISOString();
  const attempt = (known?.attempt ?? 0) + 1;
  const parked: ParkedToken = { name: key, kind: 'repair', model, ownerId: name, attempt, parkedAt: at, dueAt: at };
  await registry.park(parked);
  return parked;
}

/** Executions remember their names for 90 days: the time keeps those of two repairs apart. */
const repairName = (endpoint: string, { parkedAt }: ParkedToken): string =>
  `${endpoint}-${parkedAt.replace(/[-:.]/g, '')}`;

/** Published and written down once for each `decisionId`. */
export async function announceDrift(
  { model, version, name: endpoint }: Pick<NeededEndpoint, 'model' | 'version' | 'name'>,
  { condition, reason = `endpoint ${endpoint} was not verified` }: EndpointJudgement,
  id: string,
  deps: EndpointDeps,
): Promise<void> {
  const decisionId = `${id}-drifted`;
  if (await isDecided(model, decisionId, deps)) return;
  const at = deps.now().toISOString();
  await deps.publisher.publish('EndpointDrifted', { model, at, version, endpoint, condition, reason });
  const numbers = { endpoint, condition };
  await decide({ decisionId, model, version, outcome: 'drifted', reasons: [reason], numbers }, deps);
}

async function isDecided(model: string, decisionId: string, { registry }: EndpointDeps): Promise<boolean> {
  try {
    await registry.requireDecision(model, decisionId);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

export async function decide(decision: Omit<Decision, 'kind' | 'at'>, { registry, now }: EndpointDeps): Promise<void> {
  const at = now();
  await registry.recordDecision({ ...decision, kind: 'endpoint', at: at.toISOString() }, { by: BY, at });
}
