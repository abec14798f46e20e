import type { RequestCounts, VersionCounts } from '../registry/request-counts.ts';
import { LATENCY_BINS, LOSS_BINS, PREDICTION_BINS } from './bins.ts';
import { addCompared, noneCompared } from './comparison.ts';

/** What some versions answered. */
export type ArmCounts = Omit<RequestCounts, 'version' | 'rev'>;

/** What was answered during one step. */
export interface StepCounts {
  readonly candidate: ArmCounts;
  /** By everything else that has weight. */
  readonly others: ArmCounts;
}

export const noCounts = (): ArmCounts => ({
  requests: 0,
  errors: 0,
  latencyMsSum: 0,
  latencies: new Array(LATENCY_BINS).fill(0),
  predictions: new Array(PREDICTION_BINS).fill(0),
  losses: new Array(LOSS_BINS).fill(0),
});

/** Sums of both; lists of different lengths are filled up. */
export function addCounts(a: ArmCounts, b: ArmCounts): ArmCounts {
  return {
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    latencyMsSum: a.latencyMsSum + b.latencyMsSum,
    latencies: addBins(a.latencies, b.latencies),
    predictions: addBins(a.predictions, b.predictions),
    losses: addBins(a.losses, b.losses),
    ...((a.compared ?? b.compared) && {
      compared: addCompared(a.compared ?? noneCompared(), b.compared ?? noneCompared()),
    }),
  };
}

/**
 * What was answered during each step. A request belongs to the step whose routes it was given to a version by: a router that
 * has not seen the next step yet still shares out by the last one.
 *
 * @param starts oldest first, with the revision of the traffic item that each was written over
 */
export function stepCounts(
  candidate: number,
  starts: readonly { readonly trafficRev: number }[],
  seen: readonly RequestCounts[],
): StepCounts[] {
  return starts.map(({ trafficRev }, i) => {
    const until = starts[i + 1]?.trafficRev ?? Number.POSITIVE_INFINITY;
    const own = seen.filter(({ rev }) => rev > trafficRev && rev <= until);
    const sumOf = (isArm: (version: number) => boolean) =>
      own.filter(({ version }) => isArm(version)).reduce<ArmCounts>(addCounts, noCounts());
    return { candidate: sumOf((version) => version === candidate), others: sumOf((version) => version !== candidate) };
  });
}

/** What each version answered in the whole rollout, by version. */
export function totalsByVersion(seen: readonly RequestCounts[]): VersionCounts[] {
  const totals = new Map<number, VersionCounts>();
  for (const { version, requests, errors, latencyMsSum } of seen) {
    const known = totals.get(version) ?? { version, requests: 0, errors: 0, latencyMsSum: 0 };
    totals.set(version, {
      version,
      requests: known.requests + requests,
      errors: known.errors + errors,
      latencyMsSum: known.latencyMsSum + latencyMsSum,
    });
  }
  return [...totals.values()].sort((a, b) => a.version - b.version);
}

const addBins = (a: readonly number[], b: readonly number[]): number[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
