import gammaln from '@stdlib/math-base-special-gammaln';
import { type LogarithmBase, natsPerUnit } from '../distances/logarithm.ts';
import { chiSquaredCriticalValue } from '../distributions/chi-squared.ts';
import { effectiveRows, type SampleSizes } from './sizes.ts';

/**
 * What scores over bins are when nothing drifted: both samples come from one distribution, and PSI · nm/(n + m) follows
 * chi-squared with one degree of freedom less than bins. Good from about five expected rows a bin on: below, PSI exceeds
 * its 1 % value in a third of windows of 30 rows over 20 bins.
 *
 * @see Yurdakul, Naranjo (2020), "Statistical properties of the population stability index"
 */
export interface BinnedSizes extends SampleSizes {
  /** That may hold rows, at least 2. */
  readonly bins: number;
}

/** Mean PSI under no drift, in nats: (bins − 1) (1/n + 1/m). @throws RangeError for fewer than two bins or no rows */
export const expectedPsi = (sizes: BinnedSizes): number => degrees(sizes) / effectiveRows(sizes);

/**
 * What PSI exceeds with probability alpha under no drift, in nats.
 *
 * @throws RangeError for fewer than two bins, no rows, or an alpha outside [0, 1]
 */
export const criticalPsi = (sizes: BinnedSizes, alpha: number): number =>
  chiSquaredCriticalValue(alpha, degrees(sizes)) / effectiveRows(sizes);

/** For small differences the Jensen–Shannon divergence in nats is an eighth of PSI: both are quadratic in them. */
const PSI_PER_JENSEN_SHANNON = 8;

/** Mean Jensen–Shannon divergence under no drift. @param base of its logarithm @throws RangeError as expectedPsi */
export const expectedJensenShannonDivergence = (sizes: BinnedSizes, base: LogarithmBase): number =>
  asDivergence(expectedPsi(sizes), base);

/** What the divergence exceeds with probability alpha under no drift. @throws RangeError as criticalPsi */
export const criticalJensenShannonDivergence = (sizes: BinnedSizes, base: LogarithmBase, alpha: number): number =>
  asDivergence(criticalPsi(sizes, alpha), base);

/**
 * Mean Jensen–Shannon distance under no drift: the mean of a chi variable, √2 Γ((k + 1)/2) / Γ(k/2), where the divergence
 * has one of chi-squared.
 *
 * @throws RangeError as expectedPsi
 */
export function expectedJensenShannonDistance(sizes: BinnedSizes, base: LogarithmBase): number {
  const k = degrees(sizes);
  const meanChi = Math.SQRT2 * Math.exp(gammaln((k + 1) / 2) - gammaln(k / 2));
  return meanChi * Math.sqrt(asDivergence(1 / effectiveRows(sizes), base));
}

/** What the distance exceeds with probability alpha under no drift. @throws RangeError as criticalPsi */
export const criticalJensenShannonDistance = (sizes: BinnedSizes, base: LogarithmBase, alpha: number): number =>
  Math.sqrt(criticalJensenShannonDivergence(sizes, base, alpha));

/** Mean of Pearson's statistic of homogeneity under no drift: bins − 1. @throws RangeError for fewer than two bins */
export const expectedChiSquared = ({ bins }: Pick<BinnedSizes, 'bins'>): number => degrees({ bins });

/** What Pearson's statistic exceeds with probability alpha under no drift. @throws RangeError as criticalPsi */
export const criticalChiSquared = ({ bins }: Pick<BinnedSizes, 'bins'>, alpha: number): number =>
  chiSquaredCriticalValue(alpha, degrees({ bins }));

const asDivergence = (psi: number, base: LogarithmBase): number => psi / PSI_PER_JENSEN_SHANNON / natsPerUnit(base);

function degrees({ bins }: Pick<BinnedSizes, 'bins'>): number {
  if (!(Number.isSafeInteger(bins) && bins >= 2)) throw new RangeError(`bins must be at least 2, got ${bins}`);
  return bins - 1;
}
