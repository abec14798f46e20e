import { InvalidInputError } from '../common-errors.ts';
import { MAX_ROWS } from './decode-request.ts';

/** One field and what ends it, at the place where the last one ended. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;
/** Stands for each row that is too many: they are counted, but a file of line ends must not fill the memory. */
const TOO_MANY: (string | null)[] = [];

/**
 * RFC 4180, with either line end and with or without one at the end of the text. An empty field is null, a quoted one is
 * empty text.
 *
 * @throws InvalidInputError with the line for a quote that is not closed, or that stands inside a field
 */
export function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  // the byte order mark that spreadsheets write
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length || row.length > 0) {
    FIELD.lastIndex = at;
    const [whole, quoted, plain, end] = FIELD.exec(text) ?? [];
    if (whole === undefined)
      throw new InvalidInputError([`/${rows.length}: a quoted field or one without quotes expected`]);
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    at += whole.length;
    if (end === ',') continue;
    // one more for a header
    rows.push(rows.length <= MAX_ROWS ? row : TOO_MANY);
    row = [];
  }
  return rows;
}
