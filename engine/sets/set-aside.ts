import type { DuckDBConnection } from '@duckdb/node-api';
import type { Contract, ContractRule } from '../../domain/contracts/contract.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { findAcceptedLines, type RawPart } from './accepted-lines.ts';
import { asideRows, numberedRows, type PartFiles } from './key-hashes.ts';

export interface SetAsideInput {
  readonly spec: ModelSpec;
  readonly part: PartFiles;
  /** Where lines are counted. */
  readonly raw: RawPart;
  readonly contract: Contract;
  /** The rules of the contract's keys in their order. */
  readonly keyRules: readonly ContractRule[];
  /** Where what is left and what is set aside are written. */
  readonly to: { readonly data: string; readonly quarantine: string };
}

export interface SetAside {
  /** Rows that broke each key's rule and were not counted for it yet. */
  readonly rows: readonly number[];
  /** Rows that are no longer accepted; 0: the data is as it was, and not written. */
  readonly aside: number;
  /** Whether the file of what is set aside was written. */
  readonly quarantined: boolean;
}

const PARQUET = '(FORMAT parquet, COMPRESSION zstd)';

/** Makes the table `millrace_aside` (`part`, `row`), which `setAsideLater` adds to. */
export const prepareSetAside = async (connection: DuckDBConnection): Promise<void> =>
  void (await connection.run('CREATE OR REPLACE TEMP TABLE millrace_aside (part INTEGER, row BIGINT)'));

/**
 * Takes the rows of a part whose key is in an earlier part out of its data and adds them to what is set aside: with their
 * record's number, the ids of all rules they broke, and their cells as the text of the typed values. Rows that were set
 * aside before get the key's rule among their reasons. The table `millrace_later` says which rows these are.
 */
export async function setAsideLater(connection: DuckDBConnection, input: SetAsideInput): Promise<SetAside> {
  const { spec, part, keyRules, to } = input;
  const query = queryOf(connection);
  await query(`CREATE OR REPLACE TEMP TABLE millrace_broken AS ${brokenKeys(input)}`);
  const counts = await query('SELECT key, count(*) AS n FROM millrace_broken GROUP BY key');
  const rows = keyRules.map((_, key) => Number(counts.find((count) => Number(count.key) === key)?.n ?? 0));
  await query(
    `INSERT INTO millrace_aside SELECT DISTINCT ${part.index}, row FROM millrace_broken WHERE error AND row IS NOT NULL`,
  );
  const [left] = await query(
    `SELECT count(DISTINCT row) FILTER (WHERE error) AS aside, count(line) AS again FROM millrace_broken`,
  );
  const [aside, again] = [Number(left?.aside), Number(left?.again)];
  const quarantined = aside + again > 0;
  if (aside > 0) {
    const taken = 'SELECT DISTINCT row FROM millrace_broken WHERE error AND row IS NOT NULL ORDER BY row';
    const wanted = (await query(taken)).map(({ row }) => Number(row));
    await findAcceptedLines(connection, spec, input.raw, part.quarantine, wanted);
  }
  if (quarantined)
    await query(
      `COPY (SELECT * FROM (${quarantineOf(input, aside > 0)}) ORDER BY __line) TO ${quoteLiteral(to.quarantine)} ${PARQUET}`,
    );
  if (aside > 0) {
    const names = spec.data.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
    await query(
      `COPY (SELECT ${names} FROM ${numberedRows(part.data)}
       WHERE __row NOT IN (SELECT row FROM millrace_broken WHERE error AND row IS NOT NULL))
       TO ${quoteLiteral(to.data)} ${PARQUET}`,
    );
  }
  return { rows, aside, quarantined };
}

/** `row` or `line`, `key`, `id` and `error` of each rule that a row broke because of an earlier part. */
function brokenKeys({ spec, part, keyRules }: SetAsideInput): string {
  const accepted = `(SELECT __row AS row, NULL::BIGINT AS line, []::VARCHAR[] AS __reasons, ${typedCells(spec)}
    FROM ${numberedRows(part.data)})`;
  const before =
    part.quarantine === undefined
      ? []
      : [
          `(SELECT NULL::BIGINT AS row, __line AS line, __reasons, ${cells(spec, (i) => `t${i}`)} FROM ${asideRows(spec, part.quarantine)})`,
        ];
  return keyRules
    .flatMap(({ id, about, severity }, key) =>
      [accepted, ...before].map(
        (relation) =>
          `SELECT n.row, n.line, ${key} AS key, ${quoteLiteral(id)} AS id, ${severity === 'error'} AS error
           FROM ${relation} AS n JOIN millrace_later AS l
             ON l.part = ${part.index} AND l.key = ${key} AND (l.row = n.row OR l.line = n.line)
           WHERE NOT list_contains(n.__reasons, ${quoteLiteral(id)}) AND ${about ?? 'true'}`,
      ),
    )
    .join(' UNION ALL ');
}

const cells = (spec: ModelSpec, of: (index: number) => string): string =>
  spec.data.columns.map((_, index) => of(index)).join(', ');
const typedCells = (spec: ModelSpec): string =>
  spec.data.columns.map(({ name }, index) => `${quoteIdentifier(name)} AS t${index}`).join(', ');

/** @param taken whether rows are added to those that were set aside before */
function quarantineOf(input: SetAsideInput, taken: boolean): string {
  const { part } = input;
  const before =
    part.quarantine === undefined ? [] : [reasonsAdded(input, `read_parquet(${quoteLiteral(part.quarantine)})`)];
  return [...before, ...(taken ? [takenRows(input)] : [])].join(' UNION ALL BY NAME ');
}

function reasonsAdded({ contract }: SetAsideInput, before: string): string {
  const ids = `(SELECT line, list(id) AS ids FROM millrace_broken WHERE line IS NOT NULL GROUP BY line)`;
  const all = inOrder(contract, 'list_concat(q.__reasons, b.ids)');
  return `SELECT q.* REPLACE (CASE WHEN b.ids IS NULL THEN q.__reasons ELSE ${all} END AS __reasons)
    FROM ${before} AS q LEFT JOIN ${ids} AS b ON b.line = q.__line`;
}

function takenRows({ spec, part, contract, keyRules }: SetAsideInput): string {
  const ids = `(SELECT row, list(id) AS ids FROM millrace_broken WHERE row IS NOT NULL GROUP BY row HAVING bool_or(error))`;
  // rules whose rows are not set aside: the row may break some, too
  const warned = contract.rules
    .filter((rule) => rule.severity === 'warn' && !keyRules.includes(rule))
    .map(({ id, bad }) => `CASE WHEN ${bad} THEN ${quoteLiteral(id)} END`);
  const texts = cells(spec, (index) => `CAST(t${index} AS VARCHAR) AS s${index}`);
  const rows = `SELECT *, ${texts} FROM (SELECT __row, ${typedCells(spec)} FROM ${numberedRows(part.data)} WHERE __row IN (SELECT row FROM ${ids}))`;
  const reasons = inOrder(contract, `list_concat(b.ids, [${warned.join(', ')}]::VARCHAR[])`);
  const named = spec.data.columns.map(({ name }, index) => `s${index} AS ${quoteIdentifier(name)}`).join(', ');
  return `SELECT lines.line AS __line, ${reasons} AS __reasons, CAST(NULL AS VARCHAR) AS __raw, ${named}
    FROM (${rows}) AS n JOIN ${ids} AS b ON b.row = n.__row
    JOIN millrace_lines AS lines ON lines.row = n.__row`;
}

const inOrder = ({ rules }: Contract, found: string): string =>
  `list_filter([${rules.map(({ id }) => quoteLiteral(id)).join(', ')}], lambda id: list_contains(${found}, id))`;
