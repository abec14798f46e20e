import {
  anyColumn,
  categoryRows,
  checkThreshold,
  driftedShare,
  emptySide,
  finiteValues,
  incomparable,
  oneOf,
} from './columns.ts';
import {
  categoriesOf,
  distinctUpTo,
  EVIDENTLY_METHODS,
  type EvidentlyMethod,
  type EvidentlyMethodName,
} from './evidently-methods.ts';
import type { Column, ColumnComparison, ColumnwisePreset } from './types.ts';

export interface EvidentlyOptions {
  /** For numeric columns. @default by rows and distinct values, see evidentlyDefault */
  readonly numericMethod?: EvidentlyMethodName;
  /** For categories. @default by rows and distinct values, see evidentlyDefault */
  readonly categoryMethod?: EvidentlyMethodName;
  /** Instead of each method's own. */
  readonly threshold?: number;
  /** Share of drifted columns from which the data set drifted. @default 0.5 */
  readonly driftShare?: number;
}

/** Rows of the reference up to which Evidently tests, and above which it measures a distance. */
const SMALL_REFERENCE = 1000;
/** Distinct values of a numeric column up to which it counts as categories. */
const FEW_VALUES = 5;
const BINARY = 2;

/**
 * The method Evidently chooses by itself, from the reference's rows and the distinct values u of both sides. Up to 1000
 * rows: numbers z for u <= 2, chisquare for u <= 5, else ks; categories z for u <= 2, else chisquare. Above: numbers
 * jensenshannon for u <= 5, else wasserstein; categories jensenshannon. How many rows the current side has plays no part.
 *
 * @param column without missing values and infinities
 * @see Evidently 0.7.23, legacy/calculations/stattests/registry.py, _get_default_stattest
 */
export function evidentlyDefault(column: Column): EvidentlyMethodName {
  if (column.kind === 'category') {
    if (categoryRows(column.name, 'reference', column.reference) > SMALL_REFERENCE) return 'jensenshannon';
    return categoriesOf(column) <= BINARY ? 'z' : 'chisquare';
  }
  const values = distinctUpTo([column.reference, column.current], FEW_VALUES + 1);
  if (column.reference.length > SMALL_REFERENCE) return values <= FEW_VALUES ? 'jensenshannon' : 'wasserstein';
  if (values > FEW_VALUES) return 'ks';
  return values <= BINARY ? 'z' : 'chisquare';
}

/**
 * Evidently 0.7's data drift of tabular columns. Missing values and infinities are dropped on both sides and never count
 * as drift. A column of which nothing is left, and data that a chosen method cannot take, make Evidently fail as a whole;
 * here that column alone has no figure, and a note.
 *
 * Its methods anderson, es, mmd, TVD (random permutations) and those for text are not here.
 */
export const evidently: ColumnwisePreset<EvidentlyOptions> = {
  compareColumn(column, options) {
    const chosen = chosenMethod(column, options);
    const clean = cleaned(column);
    const empty = emptySide(clean);
    if (empty) {
      const what = column.kind === 'numeric' ? 'finite value' : 'value';
      const note = `no ${what} in the ${empty} data: Evidently refuses an empty column`;
      return incomparable(column, chosen ?? 'default', 'above', note);
    }
    const name = chosen ?? evidentlyDefault(clean);
    return concluded(clean, name, EVIDENTLY_METHODS[name], options);
  },

  compareDataset(columns, options) {
    return evidently.conclude(
      columns.map((column) => evidently.compareColumn(column, options)),
      options,
    );
  },

  conclude(compared, options) {
    const { driftShare = 0.5 } = options;
    if (!(driftShare >= 0 && driftShare <= 1))
      throw new RangeError(`driftShare must be within 0 and 1, got ${driftShare}`);
    const share = driftedShare(compared);
    const rule = `the share of drifted columns is at least ${driftShare}`;
    return { ...anyColumn(compared, rule), detected: share !== undefined && share >= driftShare };
  },
};

function concluded(
  column: Column,
  name: EvidentlyMethodName,
  method: EvidentlyMethod,
  options: EvidentlyOptions,
): ColumnComparison {
  const direction = method.isTest ? 'below' : 'above';
  const refused = method.refuses?.(column);
  if (refused !== undefined) return incomparable(column, name, direction, `Evidently refuses these data: ${refused}`);
  const threshold = checkThreshold(options.threshold ?? method.threshold);
  const statistic = method.score(column);
  const beyond = method.isTest ? statistic < threshold : statistic > threshold;
  return {
    name: column.name,
    method: name,
    statistic,
    threshold,
    ...(method.isTest && { pValue: statistic }),
    detected: beyond || (method.inclusive && statistic === threshold),
    direction,
  };
}

/** @throws RangeError for a method that is none, or not for this kind of column */
function chosenMethod(column: Column, options: EvidentlyOptions): EvidentlyMethodName | undefined {
  const option = column.kind === 'numeric' ? 'numericMethod' : 'categoryMethod';
  const name = options[option];
  if (name === undefined) return undefined;
  const all = Object.entries<EvidentlyMethod>(EVIDENTLY_METHODS);
  const fitting = all.filter(([, { kinds }]) => kinds.includes(column.kind)).map(([each]) => each);
  return oneOf(option, name, fitting as EvidentlyMethodName[]);
}

const cleaned = (column: Column): Column =>
  column.kind === 'category'
    ? column
    : { ...column, reference: finiteValues(column.reference), current: finiteValues(column.current) };
