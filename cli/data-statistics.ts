import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { csvText } from '../domain/datasets/file-format.ts';
import { MAX_HEADER_BYTES, parseHeader } from '../domain/datasets/header.ts';
import { type ColumnStatistics, MAX_CLASSES } from '../domain/spec/infer.ts';
import { quoteIdentifier, quoteLiteral } from '../domain/sql.ts';

const MEMORY_LIMIT = '2GB';
/** Columns of one statement: a count of distinct values keeps them all. */
const BATCH_COLUMNS = 20;

export interface DataStatistics {
  readonly format: 'csv' | 'parquet';
  readonly delimiter?: string;
  readonly columns: readonly ColumnStatistics[];
}

/** Reads a whole CSV or Parquet file. @throws Error if it is neither, or has no header or no row */
export async function dataStatistics(path: string, format: 'csv' | 'parquet'): Promise<DataStatistics> {
  const spill = await mkdtemp(join(tmpdir(), 'millrace-init-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    temp_directory: spill,
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    try {
      return await readStatistics(connection, path, format);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  }
}

async function readStatistics(
  connection: DuckDBConnection,
  path: string,
  format: 'csv' | 'parquet',
): Promise<DataStatistics> {
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const file = quoteLiteral(path);
  const [sniffed] = format === 'csv' ? await query(`FROM sniff_csv(${file}, sample_size = -1)`) : [];
  const from = format === 'csv' ? `read_csv(${file}, header = true, sample_size = -1)` : `read_parquet(${file})`;
  const described = await query(`DESCRIBE FROM ${from}`);
  // among texts only, nothing tells a header from a row
  if (sniffed?.HasHeader === false && described.some(({ column_type }) => column_type !== 'VARCHAR'))
    throw new Error(`${path} has no header: its first line must name the columns`);
  if (format === 'csv') {
    const names = described.map((row) => String(row.column_name));
    await requireNames(path, String(sniffed?.Delimiter ?? ','), names);
  }
  const formats = { DATE: sniffed?.DateFormat, TIMESTAMP: sniffed?.TimestampFormat } as Record<string, unknown>;
  const columns: ColumnStatistics[] = [];
  for (let start = 0; start < described.length; start += BATCH_COLUMNS) {
    const batch = described.slice(start, start + BATCH_COLUMNS).map((row) => ({
      name: String(row.column_name),
      type: String(row.column_type),
    }));
    const [counts = {}] = await query(`SELECT ${batch.map(countsSql).join(', ')}, count(*) AS n FROM ${from}`);
    for (const [index, column] of batch.entries()) {
      const rows = Number(counts.n);
      const distinct = Number(counts[`d${index}`]);
      const values = distinct <= MAX_CLASSES ? await valuesOf(query, column.name, from) : undefined;
      const time = formats[column.type];
      columns.push({
        ...column,
        rows,
        nulls: rows - Number(counts[`c${index}`]),
        distinct,
        ...(values && { values }),
        ...(typeof time === 'string' && time !== '' && !time.startsWith('%Y-%m-%d') && { format: time }),
      });
    }
  }
  if (columns[0]?.rows === 0) throw new Error(`${path} has no row`);
  const delimiter = sniffed?.Delimiter;
  return { format, columns, ...(typeof delimiter === 'string' && { delimiter }) };
}

/** DuckDB gives columns other names where two are alike; the validator goes by what the file says. */
async function requireNames(path: string, delimiter: string, read: readonly string[]): Promise<void> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0);
    const written = parseHeader(csvText(buffer.subarray(0, bytesRead)), delimiter, true) ?? [];
    const odd = written.find((name, index) => name !== read[index]);
    if (odd !== undefined || written.length !== read.length)
      throw new Error(
        `${path}: give each column a name of its own, in any case and without blanks around it: ${JSON.stringify(odd ?? written)}`,
      );
  } finally {
    await handle.close();
  }
}

function countsSql({ name }: { name: string }, index: number): string {
  const column = quoteIdentifier(name);
  return `count(${column}) AS c${index}, count(DISTINCT ${column}) AS d${index}`;
}

async function valuesOf(
  query: (sql: string) => Promise<Record<string, unknown>[]>,
  name: string,
  from: string,
): Promise<string[]> {
  const column = quoteIdentifier(name);
  const rows = await query(
    `SELECT DISTINCT CAST(${column} AS VARCHAR) AS value FROM ${from} WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  return rows.map(({ value }) => String(value));
}
