import { joinSparseBins } from '../../stats/binning/join-sparse.ts';
import { joinedPValue, risePValue } from '../../stats/presets/millrace-tests.ts';
import { missingRows } from '../profiles/missing-share.ts';
import type { ColumnProfile } from '../profiles/profile.ts';
import { type BinnedPair, binnedPair, unseenRows } from './bins.ts';
import { type DriftMethod, distance } from './distances.ts';

/** How a column of a window differs from the baseline's, and how probable each difference is by chance. */
export interface ColumnDrift {
  /** Rows of the window that have a value. */
  readonly present: number;
  /**
   * `distance` by the method asked for, over bins joined until each is expected to hold enough rows. The p-value does not
   * depend on the method. Absent with too few rows for two groups of bins, or without bins.
   */
  readonly distribution?: { readonly distance: number; readonly pValue: number | undefined };
  /** Shares of the rows without a finite value of the column's type; p-value of a rise. */
  readonly missing: { readonly baseline: number; readonly window: number; readonly pValue: number | undefined };
  /** Share of the values present that are in a bin, or are a category, in which the baseline has none. Absent without bins. */
  readonly unseen?: { readonly window: number; readonly pValue: number | undefined };
}

/**
 * Compares counts over the same bins.
 * - The distribution by Pearson's test over joined bins and, where they are in an order, a rank-sum test (joinedPValue).
 * - Missing values and values never seen by Fisher's exact test of a rise. What training has once stands for what it does
 *   not have: as many rows of unseen values as there are categories seen once are no surprise (Good and Turing).
 * A p-value is undefined where there is nothing to test.
 *
 * @param effective effective rows of the window for each row counted, in (0, 1]: the tests are made as if there were so many
 * @throws RangeError if the window was not counted over the baseline's bins
 * @see Good (1953), "The population frequencies of species and the estimation of population parameters"
 */
export function compareColumn(
  baseline: ColumnProfile,
  live: ColumnProfile,
  method: DriftMethod,
  effective = 1,
): ColumnDrift {
  const pair = binnedPair(baseline, live);
  const counts = pair && scaled(pair, effective);
  const joined = counts && joinSparseBins(counts.baseline, counts.live);
  const [before, now] = [missingRows(baseline), missingRows(live)];
  const whole = (rows: number) => (effective === 1 ? rows : Math.round(rows * effective));
  const unseen = pair ? unseenRows(pair) : 0;
  return {
    present: live.count,
    ...(joined && {
      distribution: {
        distance: distance(method, joined.reference, joined.current),
        pValue: joinedPValue(joined, baseline.bins !== undefined),
      },
    }),
    missing: {
      baseline: share(before, baseline.count + before),
      window: share(now, live.count + now),
      pValue: risePValue([before, baseline.count + before], [whole(now), whole(live.count + now)]),
    },
    ...(pair && {
      unseen: {
        window: share(unseen, live.count),
        pValue: risePValue([seenOnce(baseline), baseline.count], [whole(unseen), whole(live.count)]),
      },
    }),
  };
}

function scaled({ baseline, live }: BinnedPair, effective: number): BinnedPair {
  return { baseline, live: effective === 1 ? live : live.map((rows) => rows * effective) };
}

function seenOnce({ categories }: ColumnProfile): number {
  let once = 0;
  for (const [, rows] of categories?.values ?? []) if (rows === 1) once += 1;
  return once;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
