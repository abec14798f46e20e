import type { DuckDBConnection } from '@duckdb/node-api';
import type { ContractRule } from '../../domain/contracts/contract.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import type { PartFiles } from './key-hashes.ts';

export interface SetAsideInput {
  readonly spec: ModelSpec;
  readonly part: PartFiles;
  /** Records of the part, broken ones too, and those before the first row: 1 for a CSV header. */
  readonly records: { readonly total: number; readonly header: number };
  /** The rules of `uniqueKeys(spec)` in its order. */
  readonly rules: readonly ContractRule[];
  /** Where what is left and what is set aside are written. */
  readonly to: { readonly data: string; readonly quarantine: string };
}

export interface SetAside {
  /** Rows that broke each rule. */
  readonly rows: readonly number[];
  /** Rows that are no longer accepted; 0: nothing was written. */
  readonly aside: number;
}

/**
 * Takes the rows of a part whose key is in an earlier part out of its data and adds them to what is set aside: with their
 * record's number, and with their cells as the text of the typed values. The table `millrace_later` says which.
 */
export async function setAsideLater(
  connection: DuckDBConnection,
  { spec, part, records, rules, to }: SetAsideInput,
): Promise<SetAside> {
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const names = spec.data.columns.map(({ name }) => quoteIdentifier(name));
  const numbered = `SELECT file_row_number AS __row, ${names.map((name, i) => `${name} AS t${i}`).join(', ')}
    FROM read_parquet(${quoteLiteral(part.data)}, file_row_number = true)`;
  const broken = rules.map(
    ({ id, about }, key) =>
      `SELECT n.__row AS row, ${key} AS key, ${quoteLiteral(id)} AS id, ${isError(rules[key])} AS error FROM (${numbered}) AS n
       JOIN millrace_later AS l ON l.row = n.__row AND l.part = ${part.index} AND l.key = ${key}
       WHERE ${about ?? 'true'}`,
  );
  await query(`CREATE OR REPLACE TEMP TABLE millrace_broken AS ${broken.join(' UNION ALL ')}`);
  const counts = await query('SELECT key, count(*) AS n FROM millrace_broken GROUP BY key');
  const rows = rules.map((_, key) => Number(counts.find((count) => Number(count.key) === key)?.n ?? 0));
  const [{ n } = {}] = await query(
    `INSERT INTO millrace_aside SELECT DISTINCT ${part.index}, row FROM millrace_broken WHERE error RETURNING 1`,
  ).then(async (inserted) => [{ n: inserted.length }]);
  const aside = Number(n);
  if (aside === 0) return { rows, aside };
  const parquet = '(FORMAT parquet, COMPRESSION zstd)';
  await query(
    `COPY (SELECT * EXCLUDE (file_row_number) FROM read_parquet(${quoteLiteral(part.data)}, file_row_number = true)
       WHERE file_row_number NOT IN (SELECT row FROM millrace_broken WHERE error)) TO ${quoteLiteral(to.data)} ${parquet}`,
  );
  const before = part.quarantine === undefined ? undefined : `read_parquet(${quoteLiteral(part.quarantine)})`;
  const cells = names.map((name, i) => `CAST(n.t${i} AS VARCHAR) AS ${name}`).join(', ');
  const taken = `SELECT lines.line AS __line, ids AS __reasons, CAST(NULL AS VARCHAR) AS __raw, ${cells}
    FROM (${numbered}) AS n
    JOIN (SELECT row, list(id ORDER BY key) AS ids FROM millrace_broken GROUP BY row HAVING bool_or(error)) AS b ON b.row = n.__row
    JOIN (${linesOfAccepted(records, before)}) AS lines ON lines.row = n.__row`;
  const all = before === undefined ? taken : `SELECT * FROM ${before} UNION ALL BY NAME ${taken}`;
  await query(`COPY (SELECT * FROM (${all}) ORDER BY __line) TO ${quoteLiteral(to.quarantine)} ${parquet}`);
  return { rows, aside };
}

const isError = (rule: ContractRule | undefined): boolean => rule?.severity === 'error';

/** Accepted rows are the records that were not set aside, in their order. */
function linesOfAccepted({ total, header }: SetAsideInput['records'], before: string | undefined): string {
  const lines = `SELECT range AS line FROM range(${header + 1}, ${header + total + 1})`;
  const left = before === undefined ? lines : `${lines} WHERE range NOT IN (SELECT __line FROM ${before})`;
  return `SELECT line, row_number() OVER (ORDER BY line) - 1 AS row FROM (${left})`;
}

/** Makes the table `millrace_aside` (`part`, `row`), which `setAsideLater` adds to. */
export const prepareSetAside = async (connection: DuckDBConnection): Promise<void> =>
  void (await connection.run('CREATE OR REPLACE TEMP TABLE millrace_aside (part INTEGER, row BIGINT)'));
