import { createReadStream } from 'node:fs';
import type { Dialect } from '../../domain/datasets/dialect.ts';
import { MAX_LINE_BYTES } from '../../domain/datasets/limits.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { SourceFile } from './open-source.ts';
import { lineEndOf, type RecordWalker, recordWalker, type WalkedRecord } from './record-walker.ts';

const CHUNK_BYTES = 1024 * 1024;

/** What a scan of CSV or JSON Lines read. */
export interface ScannedRecords {
  /** Readable records, without those of the header. */
  readonly readable: number;
  /** `line` of reject_errors, ascending, each once. */
  readonly broken: readonly number[];
  /** `__record` of the rows whose lines are wanted, ascending. */
  readonly wanted: readonly number[];
}

/** A record's line is its number and the shift of the last entry whose `since` is not above it. */
export interface LineShift {
  readonly since: number;
  readonly shift: number;
}

export interface SourceLines {
  /** By `__record`, for the records that were asked for. */
  readonly rows: readonly LineShift[];
  /** By `line` of reject_errors. */
  readonly broken: readonly LineShift[];
}

/**
 * The lines of a text file in which records begin, counted from 1. Reads the file only if it has another number of lines
 * than of records. DuckDB may lose records, or make some up, after a quoted cell that goes on and on: then there are
 * reasons instead.
 */
export async function sourceLines(
  file: SourceFile,
  scanned: ScannedRecords,
): Promise<SourceLines | { reasons: Reason[] }> {
  const { dialect } = file;
  if (dialect === undefined) return eachLine(scanned.broken, 0, 0);
  const lines = dialect.headerLines + scanned.readable + scanned.broken.length;
  return file.text?.lines === lines
    ? eachLine(scanned.broken, dialect.headerRecords, dialect.headerLines - dialect.headerRecords)
    : walk(file, dialect, scanned);
}

/** Each record is one line; those of broken ones are stepped over. */
function eachLine(broken: readonly number[], headerRecords: number, extraLines: number): SourceLines {
  const rows: { since: number; shift: number }[] = [{ since: 1, shift: headerRecords + extraLines }];
  let before = headerRecords;
  for (const number of broken) {
    const since = number - before;
    before += 1;
    const shift = before + extraLines;
    const last = rows.at(-1);
    if (last && last.since === since) last.shift = shift;
    else rows.push({ since, shift });
  }
  return { rows, broken: [{ since: 1, shift: extraLines }] };
}

async function walk(
  { path }: SourceFile,
  dialect: Dialect,
  scanned: ScannedRecords,
): Promise<SourceLines | { reasons: Reason[] }> {
  const rows = shiftsOf(scanned.wanted);
  const broken = shiftsOf(scanned.broken);
  let records = 0;
  let readable = 0;
  let tooLong: number | undefined;
  const onRecord = ({ line, bytes }: WalkedRecord): void => {
    records += 1;
    if (bytes > MAX_LINE_BYTES) tooLong ??= line;
    if (records <= dialect.headerRecords) return;
    if (broken.take(records, line) || (bytes === 0 && dialect.width > 1)) return;
    readable += 1;
    rows.take(readable, line);
  };
  let walker: RecordWalker | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    walker ??= recordWalker(dialect, lineEndOf(chunk as Buffer), onRecord);
    walker.add(chunk as Buffer);
  }
  const open = walker?.end() ?? false;
  if (readable === scanned.readable && broken.complete()) return { rows: rows.shifts, broken: broken.shifts };
  const where = tooLong === undefined ? '' : ` that begins in line ${tooLong}`;
  const what =
    open || tooLong !== undefined ? `a quoted cell${where} has no end` : 'quoted cells do not end as they must';
  return { reasons: [{ code: 'broken-records', message: `${what}: the rows after it cannot be told apart` }] };
}

/** Keeps the shifts of the wanted numbers, which ascend. */
function shiftsOf(wanted: readonly number[]) {
  const shifts: LineShift[] = [];
  let next = 0;
  return {
    shifts,
    complete: () => next === wanted.length,
    take(number: number, line: number): boolean {
      if (wanted[next] !== number) return false;
      next += 1;
      const shift = line - number;
      if (shifts.at(-1)?.shift !== shift) shifts.push({ since: number, shift });
      return true;
    },
  };
}
