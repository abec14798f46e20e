import type { DataSpec } from '../spec/columns.ts';
import { type CsvMarks, readRecord, type TextRecord } from './header.ts';

/** In the order of preference where several fit. */
const DELIMITERS = [',', ';', '\t', '|', ':'];
/** Records a file without header is judged by. */
const SAMPLE_RECORDS = 100;

export interface Dialect extends CsvMarks {
  /** Cells of a record. */
  readonly width: number;
  /** Of the header; undefined without one. */
  readonly names: readonly string[] | undefined;
  /** Lines up to the end of the header. */
  readonly headerLines: number;
  /** Blank lines before the header, and the header. */
  readonly headerRecords: number;
}

/**
 * How a CSV file is to be read. Where the spec leaves the delimiter open, it is the one under which the header has most of
 * the spec's columns, or, without header, most of the first records have as many cells as the spec.
 * @param text the beginning of the file, without a byte order mark
 * @param complete the file ends with the text
 * @returns undefined if the first record has no end within the text
 */
export function findDialect(data: DataSpec, text: string, complete: boolean): Dialect | undefined {
  const delimiters = data.delimiter === 'auto' ? DELIMITERS : [data.delimiter];
  let best: { dialect: Dialect; score: number } | undefined;
  for (const delimiter of delimiters) {
    const marks = { delimiter, quote: quoteOf(data, text, delimiter) };
    const read = data.header ? readNames(data, text, marks, complete) : readWidth(data, text, marks, complete);
    if (read && (best === undefined || read.score > best.score)) best = read;
  }
  return best?.dialect;
}

function quoteOf({ quote }: DataSpec, text: string, delimiter: string): string | undefined {
  if (quote === 'none') return undefined;
  if (quote !== 'auto') return quote;
  const begin = text.trimStart();
  const plain = readRecord(begin, 0, { delimiter, quote: undefined }, true);
  const opens = (mark: string) => plain?.cells.some((cell) => cell.startsWith(mark)) === true;
  // an apostrophe opens cells without closing them
  const closes = readRecord(begin, 0, { delimiter, quote: "'" }, true)?.end === plain?.end;
  return opens("'") && closes && !opens('"') ? "'" : '"';
}

function readNames(data: DataSpec, text: string, marks: CsvMarks, complete: boolean) {
  let headerRecords = 1;
  let record = readRecord(text, 0, marks, complete);
  while (record && isBlank(record) && record.end < text.length) {
    headerRecords += 1;
    record = readRecord(text, record.end, marks, complete);
  }
  if (!record) return undefined;
  const names = record.cells;
  const found = new Set(names);
  const score = data.columns.filter(({ name }) => found.has(name)).length;
  const headerLines = lineCount(text.slice(0, record.end));
  return { score, dialect: { ...marks, width: names.length, names, headerLines, headerRecords } };
}

function readWidth(data: DataSpec, text: string, marks: CsvMarks, complete: boolean) {
  const widths: number[] = [];
  for (let start = 0; start < text.length && widths.length < SAMPLE_RECORDS; ) {
    const record = readRecord(text, start, marks, complete);
    if (!record) break;
    if (!isBlank(record)) widths.push(record.cells.length);
    start = record.end;
  }
  const [first] = widths;
  if (first === undefined) return undefined;
  const wanted = data.columns.length;
  const score = widths.filter((width) => width === wanted).length;
  const width = score > 0 ? wanted : first;
  return { score, dialect: { ...marks, width, names: undefined, headerLines: 0, headerRecords: 0 } };
}

const isBlank = ({ cells }: TextRecord): boolean => cells.length === 1 && cells[0] === '';

const lineCount = (text: string): number => text.replace(/(\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/).length;
