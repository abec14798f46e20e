import { binnedWasserstein } from '../../../stats/distances/binned-wasserstein.ts';
import { totalVariation } from '../../../stats/distances/differences.ts';
import { plainShares } from '../../../stats/distances/epsilon.ts';
import { chiSquaredContingency } from '../../../stats/tests/chi-squared.ts';
import { binnedKolmogorovSmirnov } from '../../../stats/tests/kolmogorov-smirnov.ts';
import type { ColumnProfile } from '../../profiles/profile.ts';
import { type BinnedPair, binnedPair, sameBins, sum } from '../bins.ts';
import { distance } from '../distances.ts';
import type { DriftMetrics } from '../drift-report.ts';

/** All distances that counts over the reference's bins give; none without bins or without values on a side. */
export function driftMetrics(reference: ColumnProfile, current: ColumnProfile): DriftMetrics {
  if (!sameBins(reference, current)) return {};
  const pair = binnedPair(reference, current);
  if (!pair || sum(pair.baseline) === 0 || sum(pair.live) === 0) return {};
  const { baseline, live } = pair;
  return {
    psi: distance('psi', baseline, live),
    jensenShannon: distance('jensen_shannon', baseline, live),
    lInfinity: distance('l_infinity', baseline, live),
    ...(reference.bins ? ofOrdered(reference, current, pair) : ofCategories(pair)),
  };
}

function ofCategories({ baseline, live }: BinnedPair): DriftMetrics {
  const { statistic, degrees, pValue } = chiSquaredContingency(baseline, live, { yates: false });
  return {
    totalVariation: totalVariation(baseline, live),
    ...(degrees > 0 && { chiSquared: { statistic, degrees, pValue } }),
  };
}

function ofOrdered(reference: ColumnProfile, current: ColumnProfile, { baseline, live }: BinnedPair): DriftMetrics {
  const edges = reference.bins?.edges ?? [];
  const low = Math.min(reference.min ?? 0, current.min ?? 0, edges[0] as number);
  const high = Math.max(reference.max ?? 0, current.max ?? 0, edges.at(-1) as number);
  const { statistic } = binnedKolmogorovSmirnov(baseline, live);
  const kolmogorovSmirnov = { value: statistic, atLeast: statistic, atMost: mostBetweenEdges(baseline, live) };
  // of the largest doubles the distance overflows
  if (!Number.isFinite(high - low)) return { kolmogorovSmirnov };
  const { distance: value, atLeast, atMost } = binnedWasserstein([low, ...edges, high], baseline, live);
  return { kolmogorovSmirnov, wasserstein: { value, atLeast, atMost } };
}

/** Within a bin each distribution function may stay at the lower edge's value while the other reaches the upper edge's. */
function mostBetweenEdges(baseline: readonly number[], live: readonly number[]): number {
  const [p, q] = [plainShares(baseline), plainShares(live)];
  let [before, now, most] = [0, 0, 0];
  for (const [bin, share] of p.entries()) {
    const [beforeNext, nowNext] = [before + share, now + (q[bin] as number)];
    most = Math.max(most, Math.abs(beforeNext - now), Math.abs(nowNext - before), Math.abs(beforeNext - nowNext));
    [before, now] = [beforeNext, nowNext];
  }
  return Math.min(1, most);
}
