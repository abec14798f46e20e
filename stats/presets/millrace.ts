import { countLeftOpen } from '../binning/histogram.ts';
import { edgesOf } from '../binning/reference-quantiles.ts';
import { psi } from '../distances/divergences.ts';
import { pseudoCountShares } from '../distances/epsilon.ts';
import { benjaminiHochberg } from '../multiplicity/false-discovery.ts';
import { checkCounts, checkSameLength } from '../tests/input.ts';
import { anyColumn, finiteValues, valuePair } from './columns.ts';
import { type MillraceCause, type SideCounts, testCounts } from './millrace-tests.ts';
import type { Column, ColumnComparison, Preset } from './types.ts';

/** What Millrace's monitoring does unless a spec says otherwise. */
export const MILLRACE_DEFAULTS = {
  /** PSI with half a row in every bin, from which a significant change of the distribution is drift. */
  threshold: 0.05,
  /** Rise of the missing share, and share of values never seen in the reference, from which they are drift. */
  missingThreshold: 0.1,
  /** Benjamini–Hochberg over all tests of a data set. */
  falseDiscoveryRate: 0.01,
} as const;
export type MillraceOptions = Partial<Record<keyof typeof MILLRACE_DEFAULTS, number>>;

const CAUSES: readonly MillraceCause[] = ['distribution', 'missing', 'unseen'];

export interface CountsComparison {
  /** PSI over bins joined until they hold five expected rows; absent with too few rows for two of them. */
  readonly effect?: number;
  /** Rise of the share of missing rows, >= 0. */
  readonly missingRise: number;
  /** Share of the current values in bins that are empty in the reference. */
  readonly unseenShare: number;
  /** Of the tests that can be made: of the joined bins (joinedPValue), and Fisher's exact test, one-sided. */
  readonly pValues: Partial<Record<MillraceCause, number>>;
}

/**
 * Millrace's figures of one column: its tests (testCounts), and how large a change they are of. Effect and significance are of
 * the same bins.
 *
 * @param reference counts over its own bins: categories, or left-open bins on its quantiles
 * @param current counts over the same bins
 * @param options ordered: the bins are ranges of numbers, and not categories
 * @throws RangeError for different numbers of bins, or a count that is negative or not finite
 */
export function compareCounts(
  reference: SideCounts,
  current: SideCounts,
  { ordered }: { readonly ordered: boolean },
): CountsComparison {
  checkSameLength('reference', reference.counts, 'current', current.counts);
  checkCounts('reference', reference.counts);
  checkCounts('current', current.counts);
  checkCounts('missing', [reference.missing, current.missing]);
  const { joined, missing, unseenShare, pValues } = testCounts(reference, current, ordered);
  return {
    ...(joined && { effect: psi(pseudoCountShares(joined.reference), pseudoCountShares(joined.current)) }),
    missingRise: Math.max(0, missing.current - missing.reference),
    unseenShare,
    pValues: Object.fromEntries(Object.entries(pValues).filter(([, pValue]) => pValue !== undefined)),
  };
}

/**
 * Millrace's rule: a change is drift if it is both large and significant, of the distribution, of the missing share or of
 * values never seen, significance being corrected over all tests of all columns. A column compared alone is corrected
 * for its own three tests. Persistence over windows comes after this.
 */
export const millrace: Preset<MillraceOptions> = {
  compareColumn(column, options) {
    return millrace.compareDataset([column], options).columns[0] as ColumnComparison;
  },

  compareDataset(columns, options) {
    const limits = { ...MILLRACE_DEFAULTS, ...options };
    for (const [name, value] of Object.entries(limits)) {
      if (!(value > 0)) throw new RangeError(`${name} must be above 0, got ${value}`);
    }
    const measured = columns.map(measure);
    const tests = measured.flatMap(({ pValues }, column) =>
      CAUSES.flatMap((cause) => (pValues[cause] === undefined ? [] : [{ column, cause, pValue: pValues[cause] }])),
    );
    const significant = benjaminiHochberg(
      tests.map(({ pValue }) => pValue),
      limits.falseDiscoveryRate,
    );
    const compared = columns.map((column, i) => {
      const causes = tests.filter((test, t) => test.column === i && significant[t]).map(({ cause }) => cause);
      return concluded(column, measured[i] as CountsComparison, causes, limits);
    });
    return anyColumn(
      compared,
      `a change is large and significant at a false discovery rate of ${limits.falseDiscoveryRate}`,
    );
  },
};

function concluded(
  { name }: Column,
  { effect, missingRise, unseenShare, pValues }: CountsComparison,
  significant: readonly MillraceCause[],
  limits: Required<MillraceOptions>,
): ColumnComparison {
  const isLarge: Record<MillraceCause, boolean> = {
    distribution: effect !== undefined && effect >= limits.threshold,
    missing: missingRise >= limits.missingThreshold,
    unseen: unseenShare >= limits.missingThreshold,
  };
  const causes = significant.filter((cause) => isLarge[cause]);
  const reasons = [
    ...(effect === undefined ? ['too few rows for two bins'] : []),
    ...(causes.length > 0 ? [`drift of: ${causes.join(', ')}`] : []),
    ...(causes.length === 0 && isLarge.distribution ? ['chance explains it'] : []),
  ];
  return {
    name,
    method: 'psi',
    ...(effect !== undefined && { statistic: effect }),
    threshold: limits.threshold,
    ...(pValues.distribution !== undefined && { pValue: pValues.distribution }),
    detected: causes.length > 0,
    direction: 'above',
    ...(reasons.length > 0 && { note: reasons.join('; ') }),
  };
}

function measure(column: Column): CountsComparison {
  if (column.kind === 'category') {
    const { reference, current } = valuePair(column);
    const side = (counts: readonly number[], { missing }: { readonly missing: number }) => ({ counts, missing });
    return compareCounts(side(reference, column.reference), side(current, column.current), { ordered: false });
  }
  const edges = edgesOf(column.reference);
  const side = (values: Float64Array): SideCounts => {
    const finite = finiteValues(values);
    return { counts: countLeftOpen(finite, edges), missing: values.length - finite.length };
  };
  return compareCounts(side(column.reference), side(column.current), { ordered: true });
}
