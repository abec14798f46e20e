import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { badRow, type Contract, compileContract, typedColumns, typedRelation } from '../../domain/datasets/contract.ts';
import type { DataSource } from '../../domain/datasets/source-sql.ts';
import { judge, type RowCounts, type RuleCount } from '../../domain/datasets/verdict.ts';
import { profiledColumns } from '../../domain/profiles/columns.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import { profileRelation, type Query } from '../../domain/profiles/profile-sql.ts';
import type { DatasetVersion, Reason } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { brokenLineCounts, lastLineIsCut } from './broken-lines.ts';
import { openSource } from './open-source.ts';
import { showExamples, writeQuarantine } from './quarantine.ts';
import { unreadable } from './unreadable.ts';

export interface Scan {
  readonly verdict: DatasetVersion['verdict'];
  readonly reasons: Reason[];
  readonly rows: RowCounts;
  readonly rules: readonly RuleCount[];
  /** Files in the work folder. */
  readonly data?: string;
  readonly quarantine?: string;
  readonly profile?: Profile;
  readonly timeRange?: DatasetVersion['timeRange'];
}

const refused = (reasons: Reason[]): Scan => ({
  verdict: 'rejected',
  reasons,
  rows: { total: 0, bad: 0 },
  rules: [],
});

/**
 * Judges a file row by row: one pass counts, a second sets bad rows aside if there are any, a third writes the good ones,
 * typed, and what was written is profiled.
 */
export async function scanFile(
  connection: DuckDBConnection,
  spec: ModelSpec,
  folder: string,
  file: { path: string; size: number; invalidUtf8At?: number | undefined },
): Promise<Scan> {
  const opened = await openSource(connection, spec.data, file.path, file);
  if ('reasons' in opened) return refused(opened.reasons);
  const scanned = await unreadable(() => scanRows(connection, spec, folder, { ...file, source: opened.source }));
  return 'reasons' in scanned ? refused(scanned.reasons) : scanned.value;
}

async function scanRows(
  connection: DuckDBConnection,
  spec: ModelSpec,
  folder: string,
  file: { path: string; size: number; source: DataSource },
): Promise<Scan> {
  const query: Query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const { source } = file;
  const csv = spec.data.format === 'csv';
  // a filter pushed below the typed columns casts each cell once per rule: twice the work
  await connection.run("SET disabled_optimizers = 'filter_pushdown'");
  const contract = compileContract(spec, source.types);
  const counted = await countRows(query, spec, contract, source);
  const broken = csv ? await brokenLineCounts(query) : [];
  if (csv && (await lastLineIsCut(query, file)))
    return refused([{ code: 'truncated', message: 'the last line is cut off: the end of the file is missing' }]);

  const brokenLines = broken.reduce((sum, { lines }) => sum + lines, 0);
  const rows = { total: counted.total + brokenLines, bad: counted.bad + brokenLines };
  let rules: RuleCount[] = [...broken.map(({ count }) => count), ...counted.rules];
  const quarantine = rows.bad > 0 ? join(folder, 'quarantine.parquet') : undefined;
  if (quarantine) {
    await writeQuarantine(connection, contract, source, { path: quarantine, withBrokenLines: brokenLines > 0 });
    rules = await showExamples(query, contract, quarantine, rules);
  }
  const { verdict, reasons } = judge(spec.data, rows, rules);
  const scan: Scan = { verdict, reasons, rows, rules, ...(quarantine && { quarantine }) };
  if (verdict === 'rejected') return scan;

  const data = join(folder, 'data.parquet');
  const good = `SELECT ${typedColumns(contract)} FROM ${typedRelation(contract, source.relation('skip'))}`;
  await connection.run(
    `COPY (${good} WHERE NOT ${badRow(contract)}) TO ${quoteLiteral(data)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const profile = await profileRelation(query, `read_parquet(${quoteLiteral(data)})`, profiledColumns(spec));
  return { ...scan, data, profile, ...(counted.timeRange && { timeRange: counted.timeRange }) };
}

interface CountedRows extends RowCounts {
  readonly rules: RuleCount[];
  readonly timeRange?: DatasetVersion['timeRange'];
}

async function countRows(query: Query, spec: ModelSpec, contract: Contract, source: DataSource): Promise<CountedRows> {
  const bad = badRow(contract);
  const time = spec.data.columns.findIndex(({ name }) => name === spec.data.timestamp);
  const counters = [
    'count(*) AS n',
    `count_if(${bad}) AS bad`,
    ...contract.rules.map((rule, index) => `count_if(${rule.bad}) AS r${index}`),
    ...(time < 0
      ? []
      : [
          `min(epoch_ms(t${time})) FILTER (NOT ${bad}) AS first_ms`,
          `max(epoch_ms(t${time})) FILTER (NOT ${bad}) AS last_ms`,
        ]),
  ];
  const from = typedRelation(contract, source.relation('store'));
  const [row = {}] = await query(`SELECT ${counters.join(', ')} FROM ${from}`);
  const rules = contract.rules
    .map(({ code, column, message }, index): RuleCount => {
      return { code, column, message, rows: Number(row[`r${index}`]), examples: [] };
    })
    .filter(({ rows }) => rows > 0);
  const [first, last] = [row.first_ms, row.last_ms];
  const instant = (ms: unknown): string => new Date(Number(ms)).toISOString();
  return {
    total: Number(row.n),
    bad: Number(row.bad),
    rules,
    ...(first !== null && first !== undefined && { timeRange: { from: instant(first), to: instant(last) } }),
  };
}
