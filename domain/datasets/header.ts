import type { Reason } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';
import { MAX_HEADER_COLUMNS } from './limits.ts';

export { MAX_HEADER_BYTES } from './limits.ts';

const SHOWN_NAMES = 20;
/** Longer records are no rows, and not read on. */
const MAX_CELLS = MAX_HEADER_COLUMNS + 1;

/** How cells are told apart; without `quote` none is quoted. */
export interface CsvMarks {
  readonly delimiter: string;
  readonly quote: string | undefined;
}

export interface TextRecord {
  readonly cells: string[];
  /** Offset behind its line end. */
  readonly end: number;
}

/**
 * The record that begins at an offset of the text, a blank line being one of one empty cell.
 * @returns undefined if it has no end within the text and the file goes on
 */
export function readRecord(
  text: string,
  start: number,
  { delimiter, quote }: CsvMarks,
  complete: boolean,
): TextRecord | undefined {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const sign = text[i] as string;
    if (quoted) {
      if (sign !== quote) cell += sign;
      else if (text[i + 1] === quote) {
        cell += sign;
        i += 1;
      } else quoted = false;
    } else if (sign === quote && cell === '') quoted = true;
    else if (sign === delimiter) {
      if (cells.push(cell) > MAX_CELLS) return undefined;
      cell = '';
    } else if (sign === '\n' || sign === '\r') {
      const end = sign === '\r' && text[i + 1] === '\n' ? i + 2 : i + 1;
      return { cells: [...cells, cell], end };
    } else cell += sign;
  }
  return complete ? { cells: [...cells, cell], end: text.length } : undefined;
}

/** Where the spec's columns are in a file. */
export interface ColumnMatch {
  /** Index in the file of each column of the spec; undefined for a nullable one that is absent. */
  readonly indexes: readonly (number | undefined)[];
  readonly extraColumns: readonly string[];
  readonly missingColumns: readonly string[];
  /** The columns do not stand in the order of the spec. */
  readonly reordered: boolean;
}

export interface ColumnMismatch {
  readonly reasons: Reason[];
  /** Absent where nothing matches. */
  readonly match?: ColumnMatch;
}

/**
 * Compares the columns of a file with those of the spec.
 * @param place where the names were looked for: `the first line`
 * @param separated how, if that may be the mistake: `","`
 */
export function matchColumns(
  data: DataSpec,
  names: readonly string[],
  { place, separated }: { place: string; separated?: string } = { place: 'the file' },
): ColumnMatch | ColumnMismatch {
  const wanted = new Set(data.columns.map(({ name }) => name));
  const firsts = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, name] of names.entries())
    if (firsts.has(name)) repeated.add(name);
    else firsts.set(name, index);
  const missing = data.columns.filter(({ name }) => !firsts.has(name));
  if (missing.length === data.columns.length) {
    // what stands there may well be data, so it is not shown
    const hint = separated === undefined ? '' : `: it must hold the names, separated by ${separated}`;
    const message = `none of the ${missing.length} columns is in ${place}, which has ${names.length}${hint}`;
    return { reasons: [{ code: 'wrong-header', message }] };
  }
  const indexes = data.columns.map(({ name }) => firsts.get(name));
  const extra = names.filter((name) => !wanted.has(name));
  const late = firstLate(indexes);
  const reasons = [
    ...missing.filter((column) => !mayBeAbsent(data, column)).map(({ name }) => missingColumn(name)),
    ...data.columns.filter(({ name }) => repeated.has(name)).map(({ name }) => duplicateColumn(name)),
    ...(data.extraColumns === 'reject' ? extraColumns(extra) : []),
    ...(data.columnOrder === 'exact' && late !== undefined ? [reordered(data, late)] : []),
  ];
  const match = {
    indexes,
    extraColumns: extra,
    missingColumns: missing.map(({ name }) => name),
    reordered: late !== undefined,
  };
  return reasons.length > 0 ? { reasons, match } : match;
}

/** Columns of a file without names: cells are in the order of the spec. */
export function matchPositions(data: DataSpec, width: number): ColumnMatch | ColumnMismatch {
  const { columns } = data;
  const absent = columns.slice(width);
  const extra = Array.from({ length: Math.max(0, width - columns.length) }, (_, i) => `cell ${columns.length + i + 1}`);
  const reasons: Reason[] = absent
    .filter((column) => !mayBeAbsent(data, column))
    .slice(0, SHOWN_NAMES)
    .map(({ name }) => missingColumn(name));
  if (data.extraColumns === 'reject') reasons.push(...extraColumns(extra));
  const match = {
    indexes: columns.map((_, index) => (index < width ? index : undefined)),
    extraColumns: extra,
    missingColumns: absent.map(({ name }) => name),
    reordered: false,
  };
  if (reasons.length === 0) return match;
  const message = `rows have ${width} cells, but the spec has ${columns.length} columns`;
  return { reasons: [{ code: 'wrong-width', message }, ...reasons], match };
}

const mayBeAbsent = (data: DataSpec, { nullable }: { nullable: boolean }): boolean =>
  data.missingColumns === 'null' && nullable;

const missingColumn = (column: string): Reason => ({
  code: 'missing-column',
  message: `column ${column} is missing`,
  column,
});

const duplicateColumn = (column: string): Reason => ({
  code: 'duplicate-column',
  message: `column ${column} is there more than once`,
  column,
});

function extraColumns(extra: readonly string[]): Reason[] {
  const reasons: Reason[] = extra.slice(0, SHOWN_NAMES).map((name) => {
    const column = name.slice(0, 128);
    return { code: 'extra-column', message: `column ${JSON.stringify(column)} is not in the spec`, column };
  });
  if (extra.length > SHOWN_NAMES)
    reasons.push({
      code: 'extra-column',
      message: `and ${extra.length - SHOWN_NAMES} more columns are not in the spec`,
    });
  return reasons;
}

/** Position in the spec of the first column that stands before one it must follow. */
function firstLate(indexes: readonly (number | undefined)[]): number | undefined {
  let last = -1;
  for (const [position, index] of indexes.entries()) {
    if (index === undefined) continue;
    if (index < last) return position;
    last = index;
  }
  return undefined;
}

function reordered(data: DataSpec, position: number): Reason {
  const column = data.columns[position]?.name ?? '';
  const before = data.columns[position - 1]?.name ?? '';
  const message = `column ${column} must come after ${before}: data.columnOrder is exact`;
  return { code: 'reordered-columns', message, column };
}
