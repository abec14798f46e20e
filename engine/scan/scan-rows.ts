import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import { type Contract, type ContractRule, compileContract, type Release } from '../../domain/contracts/contract.ts';
import { ruleOutcome } from '../../domain/contracts/judge.ts';
import type { RuleOutcome } from '../../domain/contracts/judgement.ts';
import { brokenLineMessage, type DataSource } from '../../domain/datasets/source-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { queryOf } from '../duckdb.ts';
import { brokenRecords } from '../source/broken-records.ts';
import type { SourceFile } from '../source/open-source.ts';
import { type CountedRows, countRows, type RuleCount } from './count-rows.ts';
import { prepareProfile } from './prepare-profile.ts';
import { quarantinedExamples, writeQuarantine } from './quarantine.ts';
import { acceptedRows, namedRows, openRows, rowGroupSize } from './relations.ts';

export interface ScannedRows extends Pick<CountedRows, 'rows' | 'profile' | 'timeRange'> {
  readonly rules: readonly RuleOutcome[];
  /** Rows that are not set aside, as something that goes after FROM. */
  readonly accepted: string;
  readonly rowGroupSize: number;
  /** File in the folder, if rows were set aside. */
  readonly quarantine?: string;
}

export interface ScanInput {
  readonly spec: ModelSpec;
  readonly source: DataSource;
  readonly file: SourceFile;
  readonly folder: string;
  readonly context: ValidationContext;
  readonly release?: Release | undefined;
  readonly onStep: (step: string) => void;
}

/** Looks at every row: one pass counts and profiles, a second sets bad rows aside if there are any. */
export async function scanRows(
  connection: DuckDBConnection,
  { spec, source, file, folder, context, release, onStep }: ScanInput,
): Promise<ScannedRows | { reasons: Reason[] }> {
  const query = queryOf(connection);
  // a filter pushed below the typed columns casts each cell once per rule: twice the work
  await connection.run("SET disabled_optimizers = 'filter_pushdown'");
  const contract = compileContract(spec, source.types, release);
  if (contract.keys.length > 0) onStep('looking for repeated keys');
  const rows = await openRows(query, contract, source);
  const plan = await prepareProfile(query, spec, namedRows(contract, rows), context, {
    folder,
    columnar: source.columnar,
  });
  onStep('counting and profiling');
  const time = spec.data.columns.findIndex(({ name }) => name === spec.data.timestamp);
  const counted = await countRows(query, { contract, rows, plan, time });

  // of released rows only those were counted that had been set aside
  const readable = contract.only === undefined ? counted.rows.total : Number((await query(countSql(source)))[0]?.n);
  const records = await brokenRecords(file, readable, join(folder, 'broken-records.jsonl'));
  if ('reasons' in records) return records;
  const rejects = release === 'quarantined' ? [] : recordOutcomes(records.counts);
  if (rejects.length > 0 && records.cut)
    return { reasons: [{ code: 'truncated', message: 'the last line is cut off: the end of the file is missing' }] };
  const rejected = rejects.reduce((sum, { rows: n }) => sum + n, 0);
  const [total, bad] = [counted.rows.total + rejected, counted.rows.bad + rejected];
  const quarantine = bad > 0 ? join(folder, 'quarantine.parquet') : undefined;
  let counts: ReadonlyMap<number, number> = new Map();
  if (quarantine) {
    onStep('setting bad rows aside');
    const rejectedRecords = rejected > 0 ? records.relation : undefined;
    const input = { path: quarantine, file, rows, bad: counted.bad, readable, rejected: rejectedRecords };
    counts = await writeQuarantine(connection, query, contract, input);
  }
  const broken = contract.rules.filter((_, i) => counts.has(i));
  const examples = quarantine ? await quarantinedExamples(query, quarantine, broken) : new Map();
  return {
    rows: { total, bad },
    rules: [...rejects, ...recordOutcomes(counted.broken), ...outcomes(contract, counted, total, counts, examples)],
    profile: counted.profile,
    accepted: acceptedRows(contract, rows),
    rowGroupSize: rowGroupSize(contract),
    ...(counted.timeRange && { timeRange: counted.timeRange }),
    ...(quarantine && { quarantine }),
  };
}

const countSql = (source: DataSource): string => `SELECT count(*) AS n FROM ${source.relation()}`;

/** Of lines that hold no row. Their text is not shown: it may hold protected cells. */
const recordOutcomes = (counts: ReadonlyMap<string, number>): RuleOutcome[] =>
  [...counts].map(([code, rows]) => {
    return {
      id: code,
      code,
      message: brokenLineMessage(code),
      severity: 'error',
      rows,
      status: 'broken',
      examples: [],
    };
  });

function outcomes(
  contract: Contract,
  counted: CountedRows,
  total: number,
  counts: ReadonlyMap<number, number>,
  examples: ReadonlyMap<string, string[]>,
): RuleOutcome[] {
  return contract.rules.map((rule: ContractRule, i): RuleOutcome => {
    const { about, rows: warned, examples: own } = counted.rules[i] as RuleCount;
    const rows = rule.severity === 'warn' ? warned : (counts.get(i) ?? 0);
    const shown = rule.severity === 'warn' ? [...own] : (examples.get(rule.id) ?? []);
    return ruleOutcome(rule, { rows, about, examples: shown }, total);
  });
}
