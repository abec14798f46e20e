import { sumOver } from './bins.ts';
import { plainShares } from './epsilon.ts';
import { type LogarithmBase, natsPerUnit } from './logarithm.ts';

/**
 * Population stability index: sum over bins of (current − reference) · ln(current / reference). Symmetric.
 *
 * @param reference shares per bin as an epsilon rule made them, used as they are: counts are refused
 * @param current shares over the same bins
 * @returns nats, >= 0; 0 for identical shares; Infinity if a bin is empty on one side only
 * @throws RangeError for different numbers of bins, or a share outside [0, 1]
 * @see https://en.wikipedia.org/wiki/Kullback%E2%80%93Leibler_divergence#Symmetrised_divergence
 */
export function psi(reference: readonly number[], current: readonly number[]): number {
  refuseCounts(reference);
  refuseCounts(current);
  return sumOver(reference, current, (p, q) => (p === q ? 0 : (q - p) * Math.log(q / p)));
}

/**
 * Kullback–Leibler divergence of the reference from the current sample: sum over bins of r ln(r / c), as
 * scipy.stats.entropy(reference, current).
 *
 * @param reference counts or shares per bin; each side is divided by its total
 * @param current counts or shares over the same bins
 * @returns in the unit of the base, >= 0; Infinity if a bin of the reference is empty on the other side
 * @throws RangeError for different numbers of bins, an empty side, a negative or infinite weight, or another base
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.entropy.html
 */
export function kullbackLeibler(
  reference: readonly number[],
  current: readonly number[],
  base: LogarithmBase = 'e',
): number {
  const nats = sumOver(plainShares(reference), plainShares(current), relativeEntropy);
  return Math.max(0, nats) / natsPerUnit(base);
}

/**
 * Jensen–Shannon divergence: the mean of both sides' Kullback–Leibler divergences from their middle. Needs no epsilon.
 *
 * @param reference counts or shares per bin; each side is divided by its total
 * @param current counts or shares over the same bins
 * @param base TFDV takes 2
 * @returns in [0, 1] to base 2, in [0, ln 2] to base e
 * @throws RangeError for different numbers of bins, an empty side, a negative or infinite weight, or another base
 * @see Lin (1991), "Divergence measures based on the Shannon entropy"
 */
export function jensenShannonDivergence(
  reference: readonly number[],
  current: readonly number[],
  base: LogarithmBase,
): number {
  const twice = sumOver(plainShares(reference), plainShares(current), (p, q) => {
    const middle = (p + q) / 2;
    return relativeEntropy(p, middle) + relativeEntropy(q, middle);
  });
  // rounding may leave a trifle below 0 or above the maximum
  return Math.min(Math.max(0, twice / 2), Math.LN2) / natsPerUnit(base);
}

/**
 * Jensen–Shannon distance: the square root of the divergence, a metric; scipy.spatial.distance.jensenshannon.
 *
 * @param base Evidently takes e, NannyML and Millrace take 2
 * @returns in [0, 1] to base 2, in [0, √ln 2 ≈ 0.8326] to base e
 * @throws RangeError as jensenShannonDivergence
 * @see Endres, Schindelin (2003), "A new metric for probability distributions"
 */
export function jensenShannonDistance(
  reference: readonly number[],
  current: readonly number[],
  base: LogarithmBase,
): number {
  return Math.sqrt(jensenShannonDivergence(reference, current, base));
}

const relativeEntropy = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));

function refuseCounts(shares: readonly number[]): void {
  const wrong = shares.find((share) => !(share >= 0 && share <= 1));
  if (wrong !== undefined) throw new RangeError(`shares must be between 0 and 1, got ${wrong}`);
}
