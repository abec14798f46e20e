/**
 * Statements over a table with the label as `y` and signals as `s<i>`: DOUBLE for what has an order, UBIGINT for
 * categories, NULL where there is none. `y` is the class index, or the label's rank between -0.5 and 0.5.
 * What they return is read by the functions of the same name in strength.ts.
 */

/** A signal under the number its figures are returned with. */
export interface SignalColumn {
  readonly number: number;
  /** DuckDB expression over the table's columns. */
  readonly sql: string;
}

/** One row per signal and table row where there is one: signal number `f`, value `v`, label `y`. */
function long(table: string, signals: readonly SignalColumn[]): string {
  const numbers = signals.map(({ number }) => number).join(', ');
  const values = signals.map(({ sql }) => sql).join(', ');
  const all = `SELECT unnest([${numbers}]) AS f, unnest([${values}]) AS v, y FROM ${table}`;
  return `(SELECT f, v, y FROM (${all}) WHERE v IS NOT NULL)`;
}

/** Per signal and class: rows and the sum of their ranks by value, ties sharing the middle one. */
export function classRanksSql(table: string, signals: readonly SignalColumn[]): string {
  return `
    WITH cells AS (SELECT f, v, y, CAST(count(*) AS DOUBLE) AS n FROM ${long(table, signals)} GROUP BY ALL),
    ranked AS (
      SELECT f, y, n,
        sum(n) OVER (PARTITION BY f ORDER BY v RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
          - (sum(n) OVER (PARTITION BY f, v) - 1) / 2 AS r
      FROM cells
    )
    SELECT f, y, sum(n) AS n, sum(n * r) AS ranks FROM ranked GROUP BY f, y ORDER BY f, y`;
}

/** Per signal: rows and the correlation of the ranks of value and label. */
export function rankCorrelationSql(table: string, signals: readonly SignalColumn[]): string {
  const rank = (by: string) =>
    `rank() OVER (PARTITION BY f ORDER BY ${by}) + (count(*) OVER (PARTITION BY f, ${by}) - 1) / 2`;
  return `
    WITH ranked AS (SELECT f, ${rank('v')} AS rv, ${rank('y')} AS ry FROM ${long(table, signals)})
    SELECT f, CAST(count(*) AS DOUBLE) AS n, corr(rv, ry) AS correlation FROM ranked GROUP BY f`;
}

/**
 * Per signal: positives, negatives, and pairs of them in which the positive has the higher score, those of one category
 * and equal scores counting one half. A row's score is the mean label of the other rows of its category and of one row
 * with the overall mean.
 */
export function categoryWinsSql(table: string, signals: readonly SignalColumn[]): string {
  return `
    WITH cells AS (
      SELECT f, v, CAST(count(*) AS DOUBLE) AS n, sum(y) AS p FROM ${long(table, signals)} GROUP BY f, v
    ),
    priors AS (SELECT *, sum(p) OVER (PARTITION BY f) / sum(n) OVER (PARTITION BY f) AS prior FROM cells),
    scored AS (
      SELECT f, p AS pos, 0.0::DOUBLE AS neg, ((p - 1) + prior) / n AS score FROM priors WHERE p > 0
      UNION ALL
      SELECT f, 0.0::DOUBLE, n - p, (p + prior) / n FROM priors WHERE n > p
    ),
    grouped AS (SELECT f, score, sum(pos) AS pos, sum(neg) AS neg FROM scored GROUP BY f, score),
    ranked AS (
      SELECT *, sum(neg) OVER (PARTITION BY f ORDER BY score ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - neg / 2
        AS beaten
      FROM grouped
    ),
    across AS (SELECT f, sum(pos) AS positives, sum(neg) AS negatives, sum(pos * beaten) AS wins FROM ranked GROUP BY f),
    within AS (SELECT f, sum(p * (n - p)) / 2 AS ties FROM cells GROUP BY f)
    SELECT f, positives, negatives, wins + ties AS wins FROM across JOIN within USING (f)`;
}

/**
 * Per signal: rows, rows of the largest class, and the squared error of class shares as predictions, summed over rows
 * and classes: by the shares in the other rows of the category and one row with the overall shares (`sse`), and by the
 * overall shares alone (`sst`).
 */
export function categoryShareErrorsSql(table: string, signals: readonly SignalColumn[]): string {
  return `
    WITH cells AS (SELECT f, v, y, CAST(count(*) AS DOUBLE) AS n FROM ${long(table, signals)} GROUP BY ALL),
    classes AS (SELECT f, y, sum(n) AS m, sum(n) / sum(sum(n)) OVER (PARTITION BY f) AS prior FROM cells GROUP BY f, y),
    totals AS (SELECT f, sum(m) AS n, max(m) AS largest, sum(prior * prior) AS s FROM classes GROUP BY f),
    known AS (
      SELECT f, n, prior, s,
        sum(n) OVER whole AS total,
        sum(n * n) OVER whole + 2 * sum(n * prior) OVER whole + s AS squares
      FROM cells JOIN classes USING (f, y) JOIN (SELECT f, s FROM totals) USING (f)
      WINDOW whole AS (PARTITION BY f, v)
    ),
    errors AS (
      SELECT f, sum(n * (1 - 2 * (n - 1 + prior) / total + (squares - 2 * (n + prior) + 1) / (total * total))) AS sse
      FROM known GROUP BY f
    )
    SELECT f, n, largest, sse, n * (1 - s) AS sst FROM errors JOIN totals USING (f)`;
}

/**
 * Per signal: rows, and the squared error of predicting `y`: by the mean of the other rows of the category and one row
 * with the overall mean (`sse`), and by the overall mean alone (`sst`).
 */
export function categoryMeanErrorsSql(table: string, signals: readonly SignalColumn[]): string {
  return `
    WITH cells AS (
      SELECT f, v, CAST(count(*) AS DOUBLE) AS n, sum(y) AS s, sum(y * y) AS q FROM ${long(table, signals)} GROUP BY f, v
    ),
    priors AS (SELECT *, sum(s) OVER (PARTITION BY f) / sum(n) OVER (PARTITION BY f) AS m FROM cells)
    SELECT f, sum(n) AS n,
      sum(q * (1 + 1 / n) ** 2 - 2 * (1 + 1 / n) * s * (s + m) / n + (s + m) ** 2 / n) AS sse,
      sum(q - 2 * m * s + n * m * m) AS sst
    FROM priors GROUP BY f`;
}
