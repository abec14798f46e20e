import { doubleLiteral, listLiteral, quoteIdentifier, quoteLiteral } from '../sql.ts';
import type { Feature, Featurizer, Label } from './featurizer.ts';

const FLOAT_MAX = 3.4028234663852886e38;
const DAY_MS = 86_400_000;

/**
 * DuckDB expressions, one FLOAT per feature in order; NULL = missing. The counterpart of `makeFeaturizer`.
 *
 * Columns have the types that validated data has: BIGINT or DOUBLE, BOOLEAN, TIMESTAMP, VARCHAR.
 */
export function featurizerSql({ features }: Pick<Featurizer, 'features'>): string[] {
  return features.map(featureSql);
}

function featureSql({ name, kind, categories = [] }: Feature): string {
  const column = quoteIdentifier(name);
  switch (kind) {
    case 'numeric':
      return floatSql(`CAST(${column} AS DOUBLE)`);
    case 'boolean':
      return `CAST(CAST(${column} AS BOOLEAN) AS FLOAT)`;
    case 'timestamp':
      return floatSql(`(epoch_ms(${column}) / ${doubleLiteral(DAY_MS)})`);
    case 'category':
      return codeSql(column, categories);
  }
}

/** DuckDB fails on a cast beyond FLOAT; NaN compares as larger than any number. */
const floatSql = (value: string): string =>
  `CASE WHEN abs(${value}) <= ${doubleLiteral(FLOAT_MAX)} THEN CAST(${value} AS FLOAT) END`;

/** An ENUM finds a value by hash; list_position() reads its list for every row (6 times slower at 1,000 values). */
function codeSql(column: string, values: readonly string[]): string {
  if (values.length === 0) return 'CAST(NULL AS FLOAT)';
  const type = `ENUM(${values.map(quoteLiteral).join(', ')})`;
  return `CAST(enum_code(TRY_CAST(CAST(${column} AS VARCHAR) AS ${type})) AS FLOAT)`;
}

/** DuckDB expression: the label as a DOUBLE, NULL for what is none. */
export function labelSql(label: Label): string {
  const column = quoteIdentifier(label.column);
  if (label.kind === 'number') {
    const value = `CAST(${column} AS DOUBLE)`;
    return `CASE WHEN isfinite(${value}) THEN ${value} END`;
  }
  if (label.compare === 'text') return `CAST(${codeSql(column, label.classes)} AS DOUBLE)`;
  const classes = listLiteral(
    label.classes.map((text) => doubleLiteral(Number(text))),
    'DOUBLE',
  );
  return `CAST(nullif(list_position(${classes}, CAST(${column} AS DOUBLE)), 0) - 1 AS DOUBLE)`;
}
