import { listLiteral, quoteLiteral } from '../../domain/sql.ts';
import { withDuckDb } from '../../engine/duckdb.ts';
import { COUNTRIES, type Format, PLANS } from './validate-specs.ts';

/** Rows of a benchmark: hashes of their number, so that the same sizes give the same bytes. */
export interface Drawn {
  readonly rows: number;
  /** About so many of the rows break one rule. */
  readonly badShare: number;
  /** Different values of the category that has most. */
  readonly cities: number;
}

const draw = (salt: string, below: number): string => `CAST(hash(i, '${salt}') % ${below} AS BIGINT)`;
const pick = (salt: string, values: readonly string[]): string =>
  `(${listLiteral(values.map(quoteLiteral), 'VARCHAR')})[1 + ${draw(salt, values.length)}]`;

/** The rows of `tallSpec`, about 175 bytes each as CSV. A bad row breaks the rule `b`, one of 14. */
export function tallSql({ rows, badShare, cities }: Drawn): string {
  const bad = Math.round(badShare * 1e6);
  const drawn = `SELECT i,
      CASE WHEN ${draw('bad', 1_000_000)} < ${bad} THEN 1 + ${draw('rule', 14)} ELSE 0 END AS b,
      CASE b WHEN 8 THEN 'gold' WHEN 13 THEN 'free' ELSE ${pick('plan', PLANS)} END AS plan,
      CASE b WHEN 2 THEN -1 WHEN 14 THEN 0 ELSE ${draw('visits', 400)} END AS visits,
      ${draw('amount', 1_000_000)} / 100 + 10 AS amount,
      CASE b WHEN 11 THEN round(amount + 1, 2) ELSE round(amount * 0.05, 2) END AS fee,
      CASE WHEN b = 13 THEN 5.0 WHEN ${draw('no-discount', 100)} = 0 THEN NULL WHEN plan = 'free' THEN 0.0
        ELSE ${draw('discount', 1_000)} / 100 END AS discount
    FROM range(${rows}) AS r(i)`;
  return `SELECT printf('u%010d', i) AS id,
      TIMESTAMP '2026-01-01' + to_seconds(i % 15552000) AS seen_at,
      ${draw('active', 3)} > 0 AS active,
      CASE b WHEN 1 THEN 200 ELSE 18 + ${draw('age', 80)} END AS age,
      visits,
      CASE WHEN b = 3 THEN -1.5 WHEN b = 14 THEN 5.0 WHEN ${draw('no-duration', 50)} = 0 THEN NULL WHEN visits = 0 THEN 0.0
        ELSE ${draw('duration', 100_000_000)} / 100000 END AS duration,
      CASE b WHEN 4 THEN 1.5 ELSE ${draw('score', 1_000_000_000)} / 1e9 END AS score,
      CASE b WHEN 5 THEN 91.5 ELSE ${draw('latitude', 180_000_000)} / 1e6 - 90 END AS latitude,
      CASE b WHEN 6 THEN -200.5 ELSE ${draw('longitude', 360_000_000)} / 1e6 - 180 END AS longitude,
      ${draw('balance', 2_000_000_000)} / 1e5 - 10000 AS balance,
      amount, fee, discount,
      round(amount + fee - coalesce(discount, 0), 2) + CASE WHEN b = 12 THEN 1 ELSE 0 END AS total,
      CASE b WHEN 7 THEN 'XX' ELSE ${pick('country', COUNTRIES)} END AS country,
      plan,
      CASE b WHEN 9 THEN 'ab-12' ELSE chr(CAST(65 + ${draw('device', 5)} AS INTEGER)) || 'X-' || (100 + ${draw('model', 40)}) END AS device,
      CASE b WHEN 10 THEN 'x' ELSE 'city-' || ${draw('city', cities)} END AS city,
      ${pick('channel', ['web', 'store', 'partner', 'telephone', 'mail'])} AS channel,
      CASE WHEN ${draw('no-segment', 20)} > 0 THEN 'segment-' || ${draw('segment', 60)} END AS segment
    FROM (${drawn})`;
}

/** The rows of `wideSpec`. A bad row is out of range in one column. */
export function wideSql(rows: number, columns: number, badShare: number): string {
  const bad = Math.round(badShare * 1e6);
  const cells = Array.from({ length: columns }, (_, column) => {
    const good = `CAST(hash(i, ${column}) AS DOUBLE) / 18446744073709551616`;
    return `CASE WHEN b = ${column} THEN 2.5 ELSE ${good} END AS c${column}`;
  });
  const drawn = `SELECT i, CASE WHEN ${draw('bad', 1_000_000)} < ${bad} THEN ${draw('column', columns)} END AS b
    FROM range(${rows}) AS r(i)`;
  return `SELECT ${cells.join(', ')} FROM (${drawn})`;
}

/** Writes rows to a file. Threads keep the order of the rows, so that the bytes are the same each time. */
export async function writeRows(sql: string, path: string, format: Format, folder: string): Promise<void> {
  const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, ROW_GROUP_SIZE 122880';
  await withDuckDb({ memoryLimitMb: 4_096, folders: [folder] }, (connection) =>
    connection.run(`COPY (${sql}) TO ${quoteLiteral(path)} (${options})`),
  );
}
