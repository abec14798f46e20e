import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { scoringSpec } from '../../domain/batch/scoring-spec.ts';
import { compileContract } from '../../domain/contracts/contract.ts';
import { namedColumns } from '../../domain/contracts/typed-columns.ts';
import { tooLarge } from '../../domain/datasets/refusals.ts';
import { brokenLineMessage } from '../../domain/datasets/source-sql.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { lineShift } from '../scan/line-shift.ts';
import { writeQuarantine } from '../scan/quarantine.ts';
import { openRows } from '../scan/relations.ts';
import { unreadable } from '../scan/unreadable.ts';
import { brokenRecords, TORN_APART } from '../source/broken-records.ts';
import { type Metered, meterFile } from '../source/meter.ts';
import { type OpenedSource, openSource } from '../source/open-source.ts';

/** Rows of one file that keep the contract, but for the target, while its database is open. */
export interface ScorableFile {
  /** Something after FROM: `__line` and the typed columns of the spec, in the order of the file. */
  readonly relation: string;
  readonly total: number;
  readonly bad: number;
  /** Why rows are bad, with how many each. */
  readonly reasons: readonly Reason[];
  /** Parquet file in the folder with the bad rows: `__line`, `__reasons`, `__raw` and their cells as text. */
  readonly skipped?: string;
}

type Refused = { readonly reasons: readonly Reason[] };

export interface ScorableInput {
  readonly spec: ModelSpec;
  readonly path: string;
  /** An empty folder for what is written on the way. */
  readonly folder: string;
}

/** Holds the rows of a file against the contract. What cannot be read at all is refused with its reasons. */
export async function openScorable(
  connection: DuckDBConnection,
  input: ScorableInput,
): Promise<ScorableFile | Refused> {
  const metered = await meterFile(input.path);
  const large = tooLarge(metered.size, input.spec);
  if (large) return { reasons: [large] };
  // what several threads cannot read one may
  const first = await openAs(connection, input, metered, true);
  const torn = 'bad' in first ? false : first.reasons.some(({ code }) => code === TORN_APART);
  return torn ? openAs(connection, input, metered, false) : first;
}

async function openAs(
  connection: DuckDBConnection,
  { spec, path, folder }: ScorableInput,
  metered: Metered,
  parallel: boolean,
): Promise<ScorableFile | Refused> {
  const open = (target: 'present' | 'absent') =>
    openSource(connection, scoringSpec(spec, target).data, path, folder, { metered, parallel });
  const withTarget = await open('present');
  const lacksTarget = ({ code, column }: Reason) => code === 'missing-column' && column === spec.data.target;
  const absent = 'reasons' in withTarget && withTarget.reasons.some(lacksTarget);
  const opened = absent ? await open('absent') : withTarget;
  if ('reasons' in opened) return opened;
  const held = scoringSpec(spec, absent ? 'absent' : 'present');
  const read = await unreadable(() => hold(connection, held, opened, folder));
  return 'reasons' in read ? read : read.value;
}

async function hold(
  connection: DuckDBConnection,
  spec: ModelSpec,
  { source, file }: OpenedSource,
  folder: string,
): Promise<ScorableFile | Refused> {
  const query = queryOf(connection);
  // a filter pushed below the typed columns casts each cell once per rule: twice the work
  await connection.run("SET disabled_optimizers = 'filter_pushdown'");
  const contract = compileContract(spec, source.types);
  const rows = await openRows(query, contract, source);
  const [counted = {}] = await query(`SELECT count(*) AS n, count_if(${rows.bad}) AS bad FROM ${rows.typed()}`);
  const readable = Number(counted.n);
  const records = await brokenRecords(file, readable, join(folder, 'broken-records.jsonl'));
  if ('reasons' in records) return records;
  if (records.cut) return { reasons: [{ code: 'truncated', message: 'the last line is cut off' }] };
  const bad = Number(counted.bad) + records.total;
  const skipped = join(folder, 'skipped.parquet');
  if (bad > 0) {
    const rejected = records.total > 0 ? records.relation : undefined;
    const input = { path: skipped, file, rows, bad: rows.bad, readable, rejected };
    await writeQuarantine(connection, query, contract, input);
  }
  const shift = await lineShift(query, file, readable, async () => () => true);
  const named = `SELECT CAST(${shift.sql} AS BIGINT) AS __line, ${namedColumns(contract.columns)}
    FROM ${rows.typed(true)} AS r ${shift.join} WHERE NOT ${rows.bad}`;
  return {
    relation: `(${named}${shift.join === '' ? '' : ' ORDER BY __line'})`,
    total: readable + records.total,
    bad,
    reasons: bad > 0 ? await reasonsOf(query, skipped, contract.rules) : [],
    ...(bad > 0 && { skipped }),
  };
}

interface Told {
  readonly id: string;
  readonly code: string;
  readonly column?: string;
  readonly message: string;
}

/** The most frequent first. */
async function reasonsOf(query: Query, skipped: string, rules: readonly Told[]): Promise<Reason[]> {
  const found =
    await query(`SELECT id, count(*) AS n FROM (SELECT unnest(__reasons) AS id FROM read_parquet(${quoteLiteral(skipped)}))
    GROUP BY id ORDER BY n DESC, id`);
  return found.map(({ id, n }): Reason => {
    const rule = rules.find((one) => one.id === id);
    const { code, message, column } = rule ?? { code: String(id), message: brokenLineMessage(String(id)) };
    return { code, message, ...(column !== undefined && { column }), rows: Number(n) };
  });
}
