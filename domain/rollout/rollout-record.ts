import * as z from 'zod';
import { NotFoundError } from '../common-errors.ts';
import type { EventPublisher } from '../events/catalog.ts';
import { type Decision, type Rollout, Traffic } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import type { Registry } from '../registry/ports.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { Routes } from './plan.ts';

export interface RolloutDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly now: () => Date;
}

/** The name a rollout is parked under while its execution goes on, so that one which dies is noticed. */
export const watchedRollout = (rolloutId: string): string => `rollout/${rolloutId}`;

/** What is written down when a step begins: everything later decisions of the rollout start from. */
const StepStart = z.object({
  rolloutId: z.string(),
  step: z.number().int(),
  /** Revision of the traffic item the step was written over. */
  trafficRev: z.number().int(),
  /** The routes before the rollout: what rolling back restores. */
  previousRoutes: z.union([z.tuple([]), Traffic.shape.routes]),
});
export type StepStart = z.infer<typeof StepStart> & { readonly at: Date };

/** Written before the traffic item it describes; the revision in its id keeps a lost race from speaking for the winner. */
export async function recordStep(
  rollout: Rollout,
  start: z.infer<typeof StepStart>,
  { reasons, numbers }: { readonly reasons: readonly string[]; readonly numbers: object },
  deps: RolloutDeps,
): Promise<void> {
  await recordDecision(
    rollout,
    {
      decisionId: `${rollout.rolloutId}-step-${start.step}-${start.trafficRev}`,
      outcome: start.step === 0 ? 'started' : 'next',
      reasons: [...reasons],
      numbers: { ...numbers, ...start },
    },
    deps,
  );
}

/** Traffic as it stands: what was written down before it, and no later step, has begun. */
type Begun = Pick<Traffic, 'rev' | 'step'>;

/** The step that the traffic is at. */
export async function findStep(
  rollout: Rollout,
  traffic: Begun,
  deps: Pick<RolloutDeps, 'registry'>,
): Promise<StepStart | undefined> {
  return (await findSteps(rollout, traffic, deps)).at(-1);
}

/** The steps that have begun, oldest first: of each the record that got the traffic. */
export async function findSteps(
  { model, rolloutId }: Rollout,
  { rev, step = Number.POSITIVE_INFINITY }: Begun,
  { registry }: Pick<RolloutDeps, 'registry'>,
): Promise<StepStart[]> {
  const starts = (await registry.listDecisions(model, 'rollout'))
    .flatMap(({ numbers, at }) => {
      const parsed = StepStart.safeParse(numbers);
      return parsed.success && parsed.data.rolloutId === rolloutId ? [{ ...parsed.data, at: new Date(at) }] : [];
    })
    // a step that lost its write to a pause was written down as well
    .filter((start) => start.trafficRev < rev && start.step <= step)
    .sort((a, b) => a.trafficRev - b.trafficRev);
  return [...new Map(starts.map((start) => [start.step, start])).values()];
}

export async function recordDecision(
  rollout: Rollout,
  decision: Pick<Decision, 'decisionId' | 'outcome' | 'reasons' | 'numbers'>,
  { registry, now }: RolloutDeps,
  by = 'rollout',
): Promise<void> {
  const at = now();
  const { model, candidate: version } = rollout;
  await registry.recordDecision({ ...decision, model, kind: 'rollout', version, at: at.toISOString() }, { by, at });
}

/** The spec that the candidate was trained under. */
export async function specOf(
  { model, candidate }: Rollout,
  { registry }: Pick<RolloutDeps, 'registry'>,
): Promise<ModelSpec> {
  const { specVersion } = await registry.requireVersion(model, candidate);
  return (await registry.requireSpec(model, specVersion)).spec;
}

/** Restores the traffic of a rollout that holds it. Safe to repeat: a traffic item of somebody else is left alone. */
export async function restoreTraffic(rollout: Rollout, traffic: Traffic | undefined, deps: RolloutDeps): Promise<void> {
  const { model, rolloutId } = rollout;
  if (traffic?.rolloutId !== rolloutId) return;
  const start = await findStep(rollout, traffic, deps);
  if (!start || start.previousRoutes.length === 0) throw new NotFoundError(`the start of rollout ${rolloutId}`);
  const at = deps.now();
  const restored = { model, routes: start.previousRoutes as Routes, at: at.toISOString() };
  await deps.registry.writeTraffic(restored, traffic.rev, { by: 'rollout', at });
}

/** Ends a rollout that did not come through: traffic, decision, event, and last the status, which says that all is done. */
export async function closeRolledBack(
  rollout: Rollout,
  reasons: readonly string[],
  deps: RolloutDeps,
  by?: string,
): Promise<Rollout> {
  const { model, rolloutId, candidate: version } = rollout;
  await restoreTraffic(rollout, await deps.registry.findTraffic(model), deps);
  if (!isOpen(rollout)) return rollout;
  const decision = {
    decisionId: `${rolloutId}-rolled-back`,
    outcome: 'rolled-back',
    reasons: [...reasons],
    numbers: { rolloutId, ...(by && { by }) },
  };
  await recordDecision(rollout, decision, deps);
  const at = deps.now();
  const event = { model, at: at.toISOString(), rolloutId, version, reasons: [...reasons] };
  await deps.publisher.publish('RolloutRolledBack', event);
  const closed = await deps.registry.updateRollout(
    model,
    rolloutId,
    { status: 'rolled-back', reasons: [...reasons], endedAt: at.toISOString() },
    { by: by ?? 'rollout', at },
  );
  await deps.registry.unpark(watchedRollout(rolloutId));
  return closed;
}
