import { lInfinity, ROBUST_C, robustConstant, robustLInfinity } from '../distances/differences.ts';
import { deequChiSquared } from '../tests/deequ-chi-squared.ts';
import { kolmogorovSmirnov } from '../tests/kolmogorov-smirnov.ts';
import {
  anyColumn,
  checkThreshold,
  emptySide,
  incomparable,
  oneOf,
  presentRows,
  presentValues,
  valuePair,
} from './columns.ts';
import type { CategoryColumn, Column, ColumnComparison, ColumnwisePreset, NumericColumn } from './types.ts';

/** `distribution_constraints` of `monitoring_config`, by the words of constraints.json in camel case. */
export interface ModelMonitorOptions {
  /** `Simple` is the plain distance; `Robust` what is left of it after chance. @default Robust, as baselining jobs write */
  readonly comparisonMethod?: 'Simple' | 'Robust';
  /** @default 0.1 */
  readonly comparisonThreshold?: number;
  /** @default LInfinity */
  readonly categoricalDriftMethod?: 'LInfinity' | 'ChiSquared';
  /** @default 0.1 */
  readonly categoricalComparisonThreshold?: number;
  /** Of Robust: c = √(−ln(alpha/2) / 2). @default c = 1.8, alpha about 0.003 */
  readonly alpha?: number;
}

const THRESHOLD = 0.1;

/**
 * SageMaker Model Monitor's baseline_drift_check, which is deequ's: L-infinity of the distribution functions of numbers
 * and of the shares of categories, or chi-squared with deequ's regrouping. Model Monitor takes the distribution function
 * from KLL sketches (k = 2048), which this does exactly: figures differ by the sketch's rank error, about 0.1 %. Missing
 * values are left out; infinite ones have a rank. The threshold of ChiSquared is read as one of the p-value.
 *
 * @see deequ 2, analyzers/Distance.scala
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
 */
export const modelMonitor: ColumnwisePreset<ModelMonitorOptions> = {
  compareColumn(column, options) {
    const kind = oneOf('comparisonMethod', options.comparisonMethod ?? 'Robust', ['Simple', 'Robust']);
    const way = oneOf('categoricalDriftMethod', options.categoricalDriftMethod ?? 'LInfinity', [
      'LInfinity',
      'ChiSquared',
    ]);
    const isTest = column.kind === 'category' && way === 'ChiSquared';
    const [method, direction] = isTest ? (['ChiSquared', 'below'] as const) : ([`LInfinity ${kind}`, 'above'] as const);
    const empty = emptySide(column);
    if (empty) return incomparable(column, method, direction, `no value in the ${empty} data`);
    if (isTest) return byChiSquared(column, options);
    const c = options.alpha === undefined ? ROBUST_C : robustConstant(options.alpha);
    const plain = column.kind === 'numeric' ? largestGap(column) : largestShare(column);
    const [n, m] = [presentRows(column, 'reference'), presentRows(column, 'current')];
    const statistic = kind === 'Robust' ? robustLInfinity(plain, n, m, c) : plain;
    const given = column.kind === 'numeric' ? options.comparisonThreshold : options.categoricalComparisonThreshold;
    const threshold = checkThreshold(given ?? THRESHOLD);
    return { name: column.name, method, statistic, threshold, detected: statistic > threshold, direction };
  },

  compareDataset(columns, options) {
    return modelMonitor.conclude(
      columns.map((column) => modelMonitor.compareColumn(column, options)),
      options,
    );
  },

  conclude: (compared) => anyColumn(compared, 'each column beyond its threshold is a violation of its own'),
};

function byChiSquared(column: CategoryColumn, options: ModelMonitorOptions): ColumnComparison {
  const threshold = checkThreshold(options.categoricalComparisonThreshold ?? THRESHOLD);
  const { statistic, pValue } = deequChiSquared(column.current.counts, column.reference.counts);
  if (Number.isNaN(statistic)) {
    const note = 'fewer than two categories are left that hold enough rows, and deequ has no figure';
    return { ...incomparable(column, 'ChiSquared', 'below', note), threshold };
  }
  const detected = pValue < threshold;
  return { name: column.name, method: 'ChiSquared', statistic, threshold, pValue, detected, direction: 'below' };
}

// the p-value of Kolmogorov's limit costs nothing, and is not looked at
const largestGap = ({ reference, current }: NumericColumn): number =>
  kolmogorovSmirnov(presentValues(reference), presentValues(current), { method: 'limit' }).statistic;

function largestShare(column: Column): number {
  const { reference, current } = valuePair(column);
  return lInfinity(reference, current);
}
