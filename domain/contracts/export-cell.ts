/** Spreadsheets run cells that begin with one of these. */
const FORMULA = /^[=+\-@\t\r]/;
/** Numbers may begin with a sign; nothing else that does is left as it is. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/**
 * A cell of a CSV file that people open in a spreadsheet: what it would run as a formula begins with an apostrophe.
 * Data that machines read again, such as Parquet, are not escaped.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function escapeFormula(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}
