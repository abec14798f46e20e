/** Two-sided 95 %. */
const Z = 1.96;
/** A file of the same size varies as much as the one that was seen: the difference of both has twice the variance. */
export const Z_NEXT_FILE = Z * Math.SQRT2;

/**
 * Bounds of a share by the Wilson score interval, which has an answer also for none and for all.
 *
 * @param count of `n`
 * @see Wilson (1927), "Probable inference, the law of succession, and statistical inference"
 */
export function wilson(count: number, n: number, z = Z): { lower: number; upper: number } {
  const share = count / n;
  const centre = share + z ** 2 / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  const scale = 1 + z ** 2 / n;
  return { lower: Math.max(0, (centre - half) / scale), upper: Math.min(1, (centre + half) / scale) };
}

/**
 * Upper bound of the share of rows with a value that was not seen: the Good–Turing estimate, the share of values seen
 * once, plus z standard errors (Esty 1983), for which n(unseen) has variance singletons + 2 doubletons.
 */
export function unseenShare(
  { singletons, doubletons }: { singletons: number; doubletons: number },
  n: number,
  z = Z_NEXT_FILE,
): number {
  const normal = (singletons + z * Math.sqrt(singletons + 2 * doubletons)) / n;
  // few singletons are no normal distribution
  return Math.min(1, Math.max(normal, wilson(Math.min(singletons, n), n, z).upper));
}

/** Up to two digits: 0.0123 → 0.013, 0.21 → 0.21. */
export const roundUp = (share: number): number => Math.min(1, rounded(share, Math.ceil));
export const roundDown = (share: number): number => rounded(share, Math.floor);

function rounded(share: number, round: (value: number) => number): number {
  if (share <= 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(share)) - 1);
  // 0.07 / 0.001 is a little above 70
  return Number((round(Number((share / unit).toPrecision(12))) * unit).toPrecision(2));
}

/** `0.013 %`. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
export const number = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 8 });
