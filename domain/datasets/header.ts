import type { Reason } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';

/** Longest header line that is read. */
export const MAX_HEADER_BYTES = 1024 * 1024;
const SHOWN_NAMES = 20;

/**
 * The names in the first record of a CSV file.
 * @param text the beginning of the file, without a byte order mark
 * @returns undefined if the record has no end within the text and the file goes on
 */
export function parseHeader(text: string, delimiter: string, complete: boolean): string[] | undefined {
  const names: string[] = [];
  let name = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i] as string;
    if (quoted) {
      if (sign !== '"') name += sign;
      else if (text[i + 1] === '"') {
        name += '"';
        i += 1;
      } else quoted = false;
    } else if (sign === '"' && name === '') quoted = true;
    else if (sign === delimiter) {
      names.push(name);
      name = '';
    } else if (sign === '\n' || sign === '\r') return [...names, name];
    else name += sign;
  }
  return complete ? [...names, name] : undefined;
}

/**
 * Compares the columns of a file with those of the spec; their order does not matter.
 * @returns the index in the file of each column of the spec, or what is wrong
 */
export function matchColumns(data: DataSpec, names: readonly string[]): { indexes: number[] } | { reasons: Reason[] } {
  const wanted = data.columns.map(({ name }) => name);
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length === wanted.length) {
    // what stands there may well be data, so it is not shown
    const message = `none of the ${wanted.length} columns is in the first line, which has ${names.length}: it must hold the names, separated by ${JSON.stringify(data.delimiter)}`;
    return { reasons: [{ code: 'wrong-header', message }] };
  }
  const reasons: Reason[] = missing.map((column) => ({
    code: 'missing-column',
    message: `column ${column} is missing`,
    column,
  }));
  for (const column of wanted)
    if (names.indexOf(column) !== names.lastIndexOf(column))
      reasons.push({ code: 'duplicate-column', message: `column ${column} is there more than once`, column });
  const extra = data.extraColumns === 'reject' ? names.filter((name) => !wanted.includes(name)) : [];
  for (const column of extra.slice(0, SHOWN_NAMES)) {
    const shown = column.slice(0, 128);
    reasons.push({
      code: 'extra-column',
      message: `column ${JSON.stringify(shown)} is not in the spec`,
      column: shown,
    });
  }
  if (extra.length > SHOWN_NAMES)
    reasons.push({
      code: 'extra-column',
      message: `and ${extra.length - SHOWN_NAMES} more columns are not in the spec`,
    });
  return reasons.length > 0 ? { reasons } : { indexes: wanted.map((name) => names.indexOf(name)) };
}
