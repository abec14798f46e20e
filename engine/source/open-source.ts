import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SourceFacts } from '../../domain/contracts/judgement.ts';
import { type Dialect, findDialect } from '../../domain/datasets/dialect.ts';
import {
  type Compression,
  compressionOf,
  csvText,
  type FileEnds,
  fileProblem,
  textProblem,
} from '../../domain/datasets/file-format.ts';
import { type ColumnMatch, type ColumnMismatch, matchColumns, matchPositions } from '../../domain/datasets/header.ts';
import { MAX_HEADER_BYTES, MAX_HEADER_COLUMNS } from '../../domain/datasets/limits.ts';
import { csvSource, type DataSource } from '../../domain/datasets/source-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { DataSpec } from '../../domain/spec/columns.ts';
import { decompress } from './decompress.ts';
import { type Metered, meterFile, type TextFacts } from './meter.ts';
import { openJsonl } from './open-jsonl.ts';
import { openParquet } from './open-parquet.ts';

/** As many names of columns are kept as facts. */
const MAX_FACT_NAMES = 100;
const MEGABYTE = 1024 * 1024;

export interface OpenOptions {
  /** What `meterFile` says. @default it is read */
  readonly metered?: Metered;
  /** CSV is read in pieces by several threads; `brokenRecords` tells whether they fit together. @default true */
  readonly parallel?: boolean;
}

export interface OpenedSource {
  readonly source: DataSource;
  readonly facts: SourceFacts;
  /** What is read: the file itself, or what it held, in the folder. */
  readonly file: SourceFile;
}

export interface RefusedSource {
  readonly reasons: Reason[];
  /** Absent where the file was refused before its columns were seen. */
  readonly facts?: SourceFacts;
}

export interface SourceFile {
  readonly path: string;
  readonly size: number;
  /** Of CSV and JSON Lines. */
  readonly text?: TextFacts;
  /** Of CSV. */
  readonly dialect?: Dialect;
}

/**
 * Looks at the ends of a file, at its text as a whole and at its columns, not yet at its rows.
 * @param folder where it is decompressed to if need be
 */
export async function openSource(
  connection: DuckDBConnection,
  data: DataSpec,
  path: string,
  folder: string,
  options: OpenOptions = {},
): Promise<OpenedSource | RefusedSource> {
  const { size, text } = options.metered ?? (await meterFile(path));
  const compression = compressionOf((await readEnds(path, size)).head);
  const file = compression ? await unpacked(compression, data, path, folder) : { path, size, ...(text && { text }) };
  if ('reasons' in file) return file;
  const ends = await readEnds(file.path, file.size);
  const problem = fileProblem(data.format, ends);
  if (problem) return { reasons: [problem] };
  const inText = data.format !== 'parquet' && file.text ? textProblem(file.text) : undefined;
  if (inText) return { reasons: [inText] };

  const opened = await OPENERS[data.format](connection, data, {
    ...ends,
    path: file.path,
    parallel: options.parallel ?? true,
  });
  const { match, dialect } = opened;
  const facts = match && factsOf(data, compression, match, dialect);
  if ('reasons' in opened) return { reasons: opened.reasons, ...(facts && { facts }) };
  return { source: opened.source, facts: facts as SourceFacts, file: { ...file, ...(dialect && { dialect }) } };
}

type Columns =
  | { readonly source: DataSource; readonly match: ColumnMatch; readonly dialect?: Dialect }
  | (ColumnMismatch & { readonly dialect?: Dialect });

interface Readable extends FileEnds {
  readonly path: string;
  readonly parallel: boolean;
}

type Opener = (connection: DuckDBConnection, data: DataSpec, file: Readable) => Promise<Columns>;

const OPENERS: Readonly<Record<DataSpec['format'], Opener>> = {
  csv: async (_connection, data, file) => openCsv(data, file),
  jsonl: (connection, data, { path }) => openJsonl(connection, data, path),
  parquet: (connection, data, { path }) => openParquet(connection, data, path),
};

function factsOf(
  data: DataSpec,
  compression: Compression | undefined,
  { extraColumns, missingColumns, reordered }: ColumnMatch,
  dialect: Dialect | undefined,
): SourceFacts {
  return {
    format: data.format,
    compression: compression ?? 'none',
    ...(dialect && { delimiter: dialect.delimiter, quote: dialect.quote ?? 'none', header: data.header }),
    extraColumns: extraColumns.slice(0, MAX_FACT_NAMES),
    missingColumns: [...missingColumns],
    reordered,
  };
}

async function unpacked(compression: Compression, data: DataSpec, path: string, folder: string) {
  await mkdir(folder, { recursive: true });
  const to = join(folder, 'unpacked');
  const text = data.format !== 'parquet';
  const limits = {
    maxBytes: data.maxSizeMb * MEGABYTE,
    text,
    refuse: (head: Uint8Array) =>
      packedAgain(compression, head) ??
      (text ? fileProblem(data.format, { size: Number.MAX_SAFE_INTEGER, head, tail: head }) : undefined),
  };
  const unpackedFile = await decompress(compression, path, to, limits);
  return 'reasons' in unpackedFile ? unpackedFile : { path: to, ...unpackedFile };
}

function packedAgain(outer: Compression, head: Uint8Array): Reason | undefined {
  const inner = compressionOf(head);
  if (!inner) return undefined;
  return { code: 'compressed', message: `the file is ${inner} within ${outer}: compress it once` };
}

async function readEnds(path: string, size: number): Promise<FileEnds> {
  const handle = await open(path);
  try {
    const read = async (length: number, position: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(Math.min(size, MAX_HEADER_BYTES), 0);
    const tail = await read(Math.min(size, 4), Math.max(0, size - 4));
    return { size, head, tail };
  } finally {
    await handle.close();
  }
}

function openCsv(data: DataSpec, { path, parallel, head, size }: Readable): Columns {
  const dialect = findDialect(data, csvText(head), size === head.length);
  if (dialect === undefined || dialect.width > MAX_HEADER_COLUMNS) {
    const message = `the first line has more than ${MAX_HEADER_BYTES} bytes or ${MAX_HEADER_COLUMNS} cells`;
    return { reasons: [{ code: 'wrong-header', message }] };
  }
  const separated =
    data.delimiter === 'auto' ? 'commas, semicolons, tabs, bars or colons' : JSON.stringify(data.delimiter);
  const match = dialect.names
    ? matchColumns(data, dialect.names, { place: 'the first line', separated })
    : matchPositions(data, dialect.width);
  return 'reasons' in match
    ? { ...match, dialect }
    : { source: csvSource(path, dialect, match.indexes, parallel), match, dialect };
}
