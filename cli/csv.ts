import { InvalidInputError } from '../domain/common-errors.ts';

/**
 * Reads CSV with a header line (RFC 4180): fields may be in quotes, `""` in them is a quote.
 *
 * @param maxRows rows after these are not read
 * @returns per row its fields by column name
 * @throws InvalidInputError
 */
export function parseCsv(text: string, maxRows = Number.POSITIVE_INFINITY): Record<string, string>[] {
  const lines = records(text.replace(/^\uFEFF/, ''));
  const { value: header = [] } = lines.next();
  if (header.length === 0) throw new InvalidInputError(['the file has no header line']);
  const rows: Record<string, string>[] = [];
  for (const fields of lines) {
    if (rows.length >= maxRows) break;
    if (fields.length !== header.length) {
      throw new InvalidInputError([`row ${rows.length + 1} has ${fields.length} fields, the header ${header.length}`]);
    }
    rows.push(Object.fromEntries(fields.map((field, i) => [header[i] as string, field])));
  }
  return rows;
}

/** A field up to the next comma or line end; a quoted one may contain both. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function* records(text: string): Generator<string[], undefined> {
  let fields: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length || fields.length > 0) {
    const at = FIELD.lastIndex;
    const match = FIELD.exec(text);
    if (!match) throw new InvalidInputError([`the CSV is damaged at character ${at + 1}: a quote is out of place`]);
    const [, quoted, plain, end] = match;
    const isBlankLine = fields.length === 0 && quoted === undefined && plain === '' && end !== ',';
    if (!isBlankLine) fields.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    const record = fields;
    fields = [];
    // the generator is resumed later, when another reader may have moved the pattern
    const next = FIELD.lastIndex;
    if (!isBlankLine) yield record;
    FIELD.lastIndex = next;
  }
  return undefined;
}
