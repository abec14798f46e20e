/** Two-sided 95 %. */
const Z = 1.96;
/** One-sided 99.9 %: a share beyond its bound costs the whole file, so one of a thousand files may be lost to chance. */
const Z_NEXT_FILE = 3.09;

/**
 * Bounds of a share by the Wilson score interval, which has an answer also for none and for all.
 *
 * @param count of `n`; need not be whole
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
 * Between which shares the next file will be: it varies by itself besides what is not known of the share, so the Wilson
 * interval is taken of as many rows as both together are worth, 1 / (1 / seen + 1 / next).
 */
export function nextShare(count: number, rows: number, nextRows: number): { lower: number; upper: number } {
  const worth = 1 / (1 / rows + 1 / nextRows);
  return wilson((count / rows) * worth, worth, Z_NEXT_FILE);
}

/**
 * Upper bound of the share of the next file's rows with a value that was not seen: the Good–Turing estimate, the share of
 * rows with a value seen once, plus z standard errors, where n(unseen) has variance singletons + 2 doubletons (Esty 1983).
 */
export function nextUnseenShare(
  { singletons, doubletons }: { singletons: number; doubletons: number },
  rows: number,
  nextRows: number,
): number {
  const share = singletons / rows;
  const error = Math.sqrt((singletons + 2 * doubletons) / rows ** 2 + share / nextRows);
  // few singletons are no normal distribution
  return Math.min(1, Math.max(share + Z_NEXT_FILE * error, nextShare(singletons, rows, nextRows).upper));
}

/** To two digits: 0.01234 → 0.013, 0.2101 → 0.22. */
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
