import * as z from 'zod';
import { Rollout, Traffic } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import type { RequestCounts, VersionCounts } from '../registry/request-counts.ts';
import type { RolloutStrategy } from '../spec/rollout-strategy.ts';
import { percentileMs } from './bins.ts';
import { comparisonOf } from './comparison.ts';
import { steppedOf } from './plan.ts';
import { type RolloutDeps, specOf } from './rollout-record.ts';
import { type ArmCounts, addCounts, noCounts, totalsByVersion } from './step-counts.ts';
import { watchStep } from './watched-step.ts';

/** What one version answered during a rollout. */
export const Arm = z.object({
  version: z.number().int(),
  role: z.enum(['candidate', 'champion', 'other']),
  /** Of the traffic as it stands, from 0 to 1. */
  share: z.number(),
  requests: z.number().int(),
  errors: z.number().int(),
  /** Milliseconds; of no requests there is none. */
  meanLatencyMs: z.number().optional(),
  /** Of the latencies, milliseconds: half, and 19 of 20, are no longer. */
  p50LatencyMs: z.number().optional(),
  p95LatencyMs: z.number().optional(),
});

export const Comparison = z.object({
  requests: z.number().int(),
  rows: z.number().int(),
  disagreement: z.number(),
  meanDifference: z.number(),
  largestAtMost: z.number().optional(),
  differences: z.array(z.number()),
});

export const RolloutStatus = Rollout.extend({
  strategy: z.string(),
  /** Shares of the steps that the strategy has. */
  shares: z.array(z.number()),
  pause: Traffic.shape.pause,
  arms: z.array(Arm),
  /** Gets copies and never answers. */
  shadow: Traffic.shape.shadow,
  /** Of a shadow with what the champion answered. */
  comparison: Comparison.optional(),
  /** What the judge says now, or said last. */
  judgement: z.object({
    verdict: z.string(),
    reasons: z.array(z.string()),
    numbers: z.record(z.string(), z.unknown()),
  }),
});
export type RolloutStatus = z.infer<typeof RolloutStatus>;

type Deps = Pick<RolloutDeps, 'registry' | 'now'>;

/** A rollout as it stands: reads, and changes nothing. */
export async function rolloutStatus(rollout: Rollout, deps: Deps): Promise<RolloutStatus> {
  const { model, rolloutId } = rollout;
  const [traffic, seen, { deployment }] = await Promise.all([
    deps.registry.findTraffic(model),
    deps.registry.requestCounts(model, rolloutId),
    specOf(rollout, deps),
  ]);
  const { strategy } = deployment;
  const counts = totalsByVersion(seen);
  const held = traffic?.rolloutId === rolloutId ? traffic : undefined;
  return {
    ...rollout,
    strategy: strategy.type,
    shares: sharesOf(strategy),
    ...(held?.pause && { pause: held.pause }),
    ...(held?.shadow && { shadow: held.shadow }),
    arms: armsOf(rollout, traffic, counts).map((arm) => ({ ...arm, ...percentiles(arm.version, seen) })),
    ...comparisonIn(seen),
    judgement: await judgementOf(rollout, held, deps),
  };
}

const sharesOf = (strategy: RolloutStrategy): number[] => [...(steppedOf(strategy)?.shares ?? [])];

function armsOf(
  rollout: Rollout,
  traffic: Traffic | undefined,
  counts: readonly VersionCounts[],
): RolloutStatus['arms'] {
  const routes = traffic?.routes ?? [];
  const versions = new Set([
    rollout.candidate,
    ...(rollout.champion === undefined ? [] : [rollout.champion]),
    ...counts.map(({ version }) => version),
    ...(isOpen(rollout) ? routes.filter(({ weight }) => weight > 0).map(({ version }) => version) : []),
  ]);
  return [...versions].map((version) => {
    const { requests, errors, latencyMsSum } = counts.find((one) => one.version === version) ?? NOTHING;
    return {
      version,
      role: version === rollout.candidate ? 'candidate' : version === rollout.champion ? 'champion' : 'other',
      share: routes.find((route) => route.version === version)?.weight ?? 0,
      requests,
      errors,
      ...(requests > 0 && { meanLatencyMs: latencyMsSum / requests }),
    };
  });
}

/** From the histogram that is counted: of the sum of all shares of a step. */
function percentiles(version: number, seen: readonly RequestCounts[]): Partial<z.infer<typeof Arm>> {
  const { latencies } = seen.filter((one) => one.version === version).reduce<ArmCounts>(addCounts, noCounts());
  const [p50, p95] = [percentileMs(latencies, 0.5), percentileMs(latencies, 0.95)];
  return { ...(p50 !== undefined && { p50LatencyMs: p50 }), ...(p95 !== undefined && { p95LatencyMs: p95 }) };
}

function comparisonIn(seen: readonly RequestCounts[]): Pick<RolloutStatus, 'comparison'> {
  const { compared } = seen.reduce<ArmCounts>(addCounts, noCounts());
  return compared ? { comparison: comparisonOf(compared) } : {};
}

const NOTHING = { requests: 0, errors: 0, latencyMsSum: 0 };

async function judgementOf(
  rollout: Rollout,
  held: Traffic | undefined,
  deps: Deps,
): Promise<RolloutStatus['judgement']> {
  const { rolloutId, status, reasons } = rollout;
  if (isOpen(rollout) && held) {
    const watched = await watchStep(rollout, held, deps);
    if (watched) {
      const { verdict, reasons: found, numbers } = watched.judgement;
      return { verdict, reasons: [...found], numbers: { ...numbers } };
    }
  }
  if (isOpen(rollout)) {
    const waitsFor = status === 'deploying' ? 'its target is being created and verified' : 'its execution ends it';
    return { verdict: 'wait', reasons: [waitsFor], numbers: {} };
  }
  const decisions = await deps.registry.listDecisions(rollout.model, 'rollout');
  const ended = decisions.find(({ decisionId }) => decisionId === `${rolloutId}-${status}`);
  const judged = decisions.find(({ decisionId }) => decisionId.startsWith(`${rolloutId}-judged-`));
  const why = [...(ended?.reasons ?? []), ...reasons, ...(judged?.reasons ?? [])];
  return { verdict: status, reasons: [...new Set(why)], numbers: judged?.numbers ?? {} };
}
