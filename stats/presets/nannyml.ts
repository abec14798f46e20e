import { populationMoments } from '../moments.ts';
import { chiSquaredContingency } from '../tests/chi-squared.ts';
import {
  anyColumn,
  categoryRows,
  checkThreshold,
  emptySide,
  incomparable,
  oneOf,
  presentValues,
  valuePair,
} from './columns.ts';
import {
  CATEGORICAL_METHODS,
  type CategoricalMethodName,
  CONTINUOUS_METHODS,
  type ContinuousMethodName,
} from './nannyml-methods.ts';
import type { CategoryColumn, Column, ColumnComparison, ColumnwisePreset, NumericColumn } from './types.ts';

export interface NannymlOptions {
  /** @default jensen_shannon */
  readonly continuousMethod?: ContinuousMethodName;
  /** @default jensen_shannon */
  readonly categoricalMethod?: CategoricalMethodName;
  /** Chunks a numeric reference is cut into; what is left over is one more. @default 10 */
  readonly chunkNumber?: number;
  /** A constant upper threshold instead of that of the reference's chunks. Not for chi2. */
  readonly threshold?: number;
}

const CHUNK_NUMBER = 10;
const DEVIATIONS = 3;
/** Of chi2, which has no other in NannyML. */
const P_VALUE = 0.05;
const LARGEST_KOLMOGOROV_SMIRNOV = 1;

/**
 * NannyML 0.13's univariate drift, the current data being one chunk. Methods are fitted on the reference; drift is a score
 * above the mean plus three standard deviations (ddof 0) of the scores of the reference's own chunks. There is no lower
 * bound. Since those chunks are parts of what they are compared with, the bound is too tight. Missing values are left out.
 *
 * A category column brings its reference's chunks itself; without them, and without a constant, there is no threshold.
 *
 * @see NannyML 0.13.1, drift/univariate/methods.py, thresholds.py, chunk.py
 */
export const nannyml: ColumnwisePreset<NannymlOptions> = {
  compareColumn(column, options) {
    const continuous = methodOf('continuousMethod', options.continuousMethod, Object.keys(CONTINUOUS_METHODS));
    const categorical = methodOf('categoricalMethod', options.categoricalMethod, [
      ...Object.keys(CATEGORICAL_METHODS),
      'chi2',
    ]);
    const method = column.kind === 'numeric' ? continuous : categorical;
    const direction = method === 'chi2' ? 'below' : 'above';
    const empty = emptySide(column);
    if (empty) return incomparable(column, method, direction, `no value in the ${empty} data`);
    if (column.kind === 'numeric') return compareNumbers(column, method as ContinuousMethodName, options);
    if (method === 'chi2') return byContingency(column);
    return compareCategories(column, method as keyof typeof CATEGORICAL_METHODS, options);
  },

  compareDataset(columns, options) {
    return nannyml.conclude(
      columns.map((column) => nannyml.compareColumn(column, options)),
      options,
    );
  },

  conclude: (compared) => anyColumn(compared, 'each column of a chunk alerts by itself'),
};

function compareNumbers(
  column: NumericColumn,
  method: ContinuousMethodName,
  options: NannymlOptions,
): ColumnComparison {
  const [reference, current] = [presentValues(column.reference), presentValues(column.current)];
  if (!reference.every(Number.isFinite)) {
    return incomparable(column, method, 'above', 'infinite values in the reference data: NannyML cannot bin them');
  }
  if (method === 'wasserstein' && !current.every(Number.isFinite)) {
    return incomparable(column, method, 'above', 'infinite values in the current data have no finite distance');
  }
  const score = CONTINUOUS_METHODS[method](reference);
  const chunks = chunksOf(column.reference, options.chunkNumber)?.map(presentValues);
  const scores = chunks?.filter(({ length }) => length > 0).map(score);
  const largest = method === 'kolmogorov_smirnov' ? LARGEST_KOLMOGOROV_SMIRNOV : Number.POSITIVE_INFINITY;
  return concluded(column, method, score(current), options.threshold ?? upperBound(scores, largest), {
    without: 'fewer reference rows than chunks: there is no threshold',
  });
}

function compareCategories(
  column: CategoryColumn,
  method: keyof typeof CATEGORICAL_METHODS,
  options: NannymlOptions,
): ColumnComparison {
  const { name, reference, current, referenceChunks } = column;
  const score = CATEGORICAL_METHODS[method];
  const chunks = referenceChunks?.filter((chunk, i) => categoryRows(name, `referenceChunks[${i}]`, chunk) > 0);
  const scores = chunks?.map(({ counts }) => score(reference.counts, counts));
  const statistic = score(reference.counts, current.counts);
  return concluded(column, method, statistic, options.threshold ?? upperBound(scores), {
    without: 'no chunks of the reference are given: there is no threshold',
  });
}

function concluded(
  { name }: Column,
  method: string,
  statistic: number,
  threshold: number | undefined,
  { without }: { readonly without: string },
): ColumnComparison {
  if (threshold === undefined) return { name, method, statistic, detected: false, direction: 'above', note: without };
  checkThreshold(threshold);
  return { name, method, statistic, threshold, detected: statistic > threshold, direction: 'above' };
}

/** Of a 2 × 2 table with Yates' correction. */
function byContingency(column: CategoryColumn): ColumnComparison {
  const { reference, current } = valuePair(column);
  const { statistic, pValue } = chiSquaredContingency(reference, current);
  const { name } = column;
  return {
    name,
    method: 'chi2',
    statistic,
    threshold: P_VALUE,
    pValue,
    detected: pValue < P_VALUE,
    direction: 'below',
  };
}

function upperBound(scores: readonly number[] | undefined, largest = Number.POSITIVE_INFINITY): number | undefined {
  if (scores === undefined || scores.length === 0) return undefined;
  const { mean, deviation } = populationMoments(Float64Array.from(scores));
  return Math.min(largest, mean + DEVIATIONS * deviation);
}

/** In the order of the rows, missing ones included; undefined with fewer rows than chunks. */
function chunksOf(values: Float64Array, chunkNumber = CHUNK_NUMBER): Float64Array[] | undefined {
  if (!(Number.isSafeInteger(chunkNumber) && chunkNumber >= 1)) {
    throw new RangeError(`chunkNumber must be a positive integer, got ${chunkNumber}`);
  }
  const size = Math.floor(values.length / chunkNumber);
  if (size === 0) return undefined;
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.subarray(i * size, (i + 1) * size));
}

const methodOf = (option: string, given: string | undefined, allowed: readonly string[]): string =>
  oneOf(option, given ?? 'jensen_shannon', allowed);
