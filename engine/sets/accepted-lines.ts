import type { DuckDBConnection } from '@duckdb/node-api';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { openSource } from '../source/open-source.ts';
import { walkRecords } from '../source/walk-records.ts';

/** An object as it came, and an empty folder to decompress it in. */
export interface RawPart {
  readonly path: string;
  readonly folder: string;
}

const INSERTED_AT_ONCE = 1_000;

/**
 * Fills the table `millrace_lines` (`row`, `line`): in which line of its object each of these accepted rows begins, numbered
 * as what was set aside is. Accepted rows are the readable ones that were not set aside, in their order.
 * @param wanted numbers of accepted rows from 0, ascending
 */
export async function findAcceptedLines(
  connection: DuckDBConnection,
  spec: ModelSpec,
  { path, folder }: RawPart,
  quarantine: string | undefined,
  wanted: readonly number[],
): Promise<void> {
  const query = queryOf(connection);
  await query('CREATE OR REPLACE TEMP TABLE millrace_lines (row BIGINT, line BIGINT)');
  const opened = await openSource(connection, spec.data, path, folder);
  if ('reasons' in opened) throw new Error(`a part that was read cannot be read again: ${opened.reasons[0]?.code}`);
  const { source, file } = opened;
  const aside = quarantine === undefined ? undefined : `read_parquet(${quoteLiteral(quarantine)})`;
  if (file.dialect === undefined) {
    const left = aside === undefined ? '' : ` WHERE __record NOT IN (SELECT __line FROM ${aside})`;
    await query(
      `INSERT INTO millrace_lines SELECT * FROM (
         SELECT row_number() OVER (ORDER BY __record) - 1 AS row, __record AS line FROM ${source.relation('numbered')}${left})
       WHERE row IN (${wanted.join(', ')})`,
    );
    return;
  }
  const taken = aside === undefined ? [] : await query(`SELECT __line FROM ${aside} WHERE __raw IS NULL`);
  const lines = new Set(taken.map(({ __line }) => Number(__line)));
  const found: string[] = [];
  let row = -1;
  await walkRecords(file.path, file.dialect, ({ line, problem }) => {
    if (problem !== undefined || lines.has(line)) return;
    row += 1;
    if (wanted[found.length] === row) found.push(`(${row}, ${line})`);
  });
  for (let start = 0; start < found.length; start += INSERTED_AT_ONCE)
    await query(`INSERT INTO millrace_lines VALUES ${found.slice(start, start + INSERTED_AT_ONCE).join(', ')}`);
}
