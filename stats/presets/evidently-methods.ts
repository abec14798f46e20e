import { sturgesEdges } from '../binning/equal-width.ts';
import { countRightOpenLastClosed } from '../binning/histogram.ts';
import { hellinger } from '../distances/differences.ts';
import { jensenShannonDistance, kullbackLeibler, psi } from '../distances/divergences.ts';
import { evidentlyShares } from '../distances/epsilon.ts';
import { EVIDENTLY_SCALE_FLOOR, energyDistance, normedWasserstein } from '../distances/samples.ts';
import { chiSquaredGoodnessOfFit, gTest } from '../tests/chi-squared.ts';
import { cramerVonMises } from '../tests/cramer-von-mises.ts';
import { fisherExact } from '../tests/fisher-exact.ts';
import { kolmogorovSmirnov } from '../tests/kolmogorov-smirnov.ts';
import { mannWhitney } from '../tests/mann-whitney.ts';
import { studentT } from '../tests/student-t.ts';
import { twoProportionsZ } from '../tests/two-proportions-z.ts';
import { type CountPair, valuePair } from './columns.ts';
import type { CategoryColumn, Column, NumericColumn } from './types.ts';

/** Distinct reference values up to which a numeric column gets one bin per value. */
const ONE_BIN_PER_VALUE = 20;

export interface EvidentlyMethod {
  readonly kinds: readonly Column['kind'][];
  /** Its score is a p-value, and drift lies below the threshold. */
  readonly isTest: boolean;
  /** Evidently's default. */
  readonly threshold: number;
  /** Whether a score that equals the threshold is drift. */
  readonly inclusive: boolean;
  /** What Evidently reports as drift score. The columns hold a finite value or a category on both sides. */
  score(column: Column): number;
  /** Why Evidently itself raises an error on these data. */
  refuses?(column: Column): string | undefined;
}

const NUMERIC = ['numeric'] as const;
const CATEGORY = ['category'] as const;
const BOTH = ['numeric', 'category'] as const;

const test = (threshold: number, inclusive: boolean, kinds: readonly Column['kind'][]) => ({
  isTest: true,
  threshold,
  inclusive,
  kinds,
});
const distance = (inclusive: boolean, kinds: readonly Column['kind'][]) => ({
  isTest: false,
  threshold: 0.1,
  inclusive,
  kinds,
});
/** Of two numeric samples. */
const ofValues = (score: (reference: Float64Array, current: Float64Array) => number) => (column: Column) => {
  const { reference, current } = column as NumericColumn;
  return score(reference, current);
};
/** Of counts over Evidently's bins. */
const ofBins = (score: (reference: readonly number[], current: readonly number[]) => number) => (column: Column) => {
  const { reference, current } = evidentlyBins(column);
  return score(reference, current);
};
/** Of counts per value. */
const ofCounts = (score: (pair: CountPair) => number) => (column: Column) => score(valuePair(column));

/** By Evidently's names of its tests (legacy/calculations/stattests), each with Evidently's own threshold. */
export const EVIDENTLY_METHODS = {
  /** scipy's ks_2samp, exact up to 10,000 rows. */
  ks: { ...test(0.05, true, NUMERIC), score: ofValues((a, b) => kolmogorovSmirnov(a, b).pValue) },
  /** Pooled, two-sided. */
  t_test: {
    ...test(0.05, false, NUMERIC),
    score: ofValues((a, b) => studentT(a, b).pValue),
    refuses: ({ reference, current }) =>
      lengthOf(reference) + lengthOf(current) < 3 ? 'a t-test needs three values in all' : undefined,
  },
  /** One-sided: only current values that tend to be larger are drift, though it is documented as two-sided. */
  mannw: {
    ...test(0.05, false, NUMERIC),
    score: ofValues((a, b) => mannWhitney(a, b, { alternative: 'less' }).pValue),
  },
  /** Up to 20 rows a side Evidently's own exact law differs from scipy's, which this is, in the fourth digit. */
  cramer_von_mises: {
    ...test(0.1, true, NUMERIC),
    score: ofValues((a, b) => cramerVonMises(a, b).pValue),
    refuses: ({ reference, current }) =>
      Math.min(lengthOf(reference), lengthOf(current)) < 2 ? 'it needs two values on each side' : undefined,
  },
  /** Of the share of rows that are not the first value, in rising order. */
  z: { ...test(0.05, false, CATEGORY), score: zPValue },
  /** Goodness of fit to the reference: a category that it does not have gives a p-value of 0. */
  chisquare: { ...test(0.05, false, CATEGORY), score: ofCounts(chiSquaredPValue) },
  /** Of the reference's counts as they are, not scaled to the current rows. */
  g_test: {
    ...test(0.1, false, CATEGORY),
    score: ofCounts(({ reference, current }) => gTest(current, reference).pValue),
    refuses: unequalRows,
  },
  fisher_exact: {
    ...test(0.1, false, CATEGORY),
    score: ofCounts(fisherPValue),
    refuses: (column) =>
      valuePair(column).reference.length > 2 ? 'it takes at most two categories' : unequalRows(column),
  },
  psi: { ...distance(true, BOTH), score: ofBins((a, b) => psi(evidentlyShares(a), evidentlyShares(b))) },
  kl_div: { ...distance(true, BOTH), score: ofBins((a, b) => kullbackLeibler(evidentlyShares(a), evidentlyShares(b))) },
  /** To base e: at most 0.8326. */
  jensenshannon: { ...distance(true, BOTH), score: ofBins((a, b) => jensenShannonDistance(a, b, 'e')) },
  /** Of numbers over Sturges' bins of the distinct values. */
  hellinger: { ...distance(true, BOTH), score: hellingerScore },
  wasserstein: {
    ...distance(true, NUMERIC),
    score: ofValues((a, b) => normedWasserstein(a, b, EVIDENTLY_SCALE_FLOOR)),
  },
  ed: { ...distance(false, NUMERIC), score: ofValues(energyDistance) },
} satisfies Record<string, EvidentlyMethod>;
export type EvidentlyMethodName = keyof typeof EVIDENTLY_METHODS;

/**
 * Evidently's bins for PSI, KL and Jensen–Shannon: Sturges' over both sides together for numbers with more than 20 values
 * in the reference, otherwise one per value. They change with every window.
 */
function evidentlyBins(column: Column): CountPair {
  if (column.kind === 'category' || distinctUpTo([column.reference], ONE_BIN_PER_VALUE + 1) <= ONE_BIN_PER_VALUE) {
    return valuePair(column);
  }
  return countsOver(column, sturgesEdges(joined(column), { integer: column.integer ?? false }));
}

function hellingerScore(column: Column): number {
  const { reference, current } = column.kind === 'category' ? valuePair(column) : binsOfDistinct(column);
  return hellinger(reference, current);
}

function binsOfDistinct(column: NumericColumn): CountPair {
  const sorted = joined(column).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  return countsOver(column, sturgesEdges(distinct, { integer: column.integer ?? false }));
}

function joined({ reference, current }: NumericColumn): Float64Array {
  const both = new Float64Array(reference.length + current.length);
  both.set(reference);
  both.set(current, reference.length);
  return both;
}

const countsOver = ({ reference, current }: NumericColumn, edges: readonly number[]): CountPair => ({
  reference: countRightOpenLastClosed(reference, edges).counts,
  current: countRightOpenLastClosed(current, edges).counts,
});

function chiSquaredPValue({ reference, current }: CountPair): number {
  const scale = total(current) / total(reference);
  return chiSquaredGoodnessOfFit(
    current,
    reference.map((count) => count * scale),
  ).pValue;
}

/** A table of one category has an empty row for the other. */
function fisherPValue({ reference: [a = 0, b = 0], current: [c = 0, d = 0] }: CountPair): number {
  return fisherExact([
    [c, d],
    [a, b],
  ]).pValue;
}

function zPValue(column: Column): number {
  const { reference, current } = sortedPair(column);
  const [n, m] = [total(reference), total(current)];
  return twoProportionsZ(n - (reference[0] as number), n, m - (current[0] as number), m).pValue;
}

/** Numbers in rising order; text by code points, as Python sorts it. */
function sortedPair(column: Column): CountPair {
  const { values, reference, current } = valuePair(column) as CountPair & { values: readonly (string | number)[] };
  let first = 0;
  for (const [i, value] of values.entries()) if (isBefore(value, values[first] as string | number)) first = i;
  const foremost = (counts: readonly number[]) => [counts[first] as number, total(counts) - (counts[first] as number)];
  return { reference: foremost(reference), current: foremost(current) };
}

function isBefore(a: string | number, b: string | number): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a < b;
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, i) => letter !== right[i]);
  if (at < 0) return left.length < right.length;
  return (left[at]?.codePointAt(0) ?? 0) < (right[at]?.codePointAt(0) ?? -1);
}

function unequalRows(column: Column): string | undefined {
  const { reference, current } = valuePair(column);
  const [n, m] = [total(reference), total(current)];
  return n === m ? undefined : `it takes as many current values as the reference has, got ${m} and ${n}`;
}

const lengthOf = (side: Column['reference']): number => (side as Float64Array).length;

/** Different values over all samples, counted up to a limit. */
export function distinctUpTo(samples: readonly Float64Array[], limit: number): number {
  const seen = new Set<number>();
  for (const sample of samples) {
    for (const value of sample) {
      seen.add(value);
      if (seen.size >= limit) return limit;
    }
  }
  return seen.size;
}

/** Categories that a side has. */
export const categoriesOf = ({ reference, current }: CategoryColumn): number =>
  new Set([...reference.counts, ...current.counts].flatMap(([value, count]) => (count > 0 ? [value] : []))).size;

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
