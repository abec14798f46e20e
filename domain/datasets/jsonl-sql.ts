import type { DataSpec } from '../spec/columns.ts';
import { quoteLiteral } from '../sql.ts';
import { MAX_FILE_LINE_BYTES, MAX_LINE_BYTES } from './limits.ts';
import type { DataSource } from './source-sql.ts';

/** Separates nothing: files with NUL bytes are refused before. */
const NO_DELIMITER = '\0';
/** Holds several of the longest lines. */
const BUFFER_BYTES = 4 * MAX_FILE_LINE_BYTES;

/** The lines of a file as text, every one of them; an empty line is NULL. */
export function jsonLines(path: string): string {
  const options = [
    `auto_detect = false, header = false, delim = ${quoteLiteral(NO_DELIMITER)}, quote = '', escape = '', nullstr = ''`,
    `columns = {'line': 'VARCHAR'}, max_line_size = ${MAX_FILE_LINE_BYTES}, buffer_size = ${BUFFER_BYTES}`,
  ].join(', ');
  return `read_csv(${quoteLiteral(path)}, ${options})`;
}

/** True for a line with nothing but white space. */
export const blankLine = (line: string): string => `(${line} IS NULL OR trim(${line}, E' \\t') = '')`;

/** Keys of the object in a line; NULL if there is none. */
export const keysOf = (line: string): string =>
  `CASE WHEN json_valid(${line}) THEN CASE WHEN json_type(${line}) = 'OBJECT' THEN json_keys(${line}) END END`;

/**
 * One object a line; its keys are the columns, in any order. A key that is absent or null is a missing cell, an empty
 * text is not. Numbers keep their value, not their spelling: 1.10 is read as 1.1. Every cell is read as text, so that
 * bad ones can be counted.
 * @param usualKeys of most objects, in their order: those are not looked at key by key
 */
export function jsonlSource(path: string, data: DataSpec, usualKeys: readonly string[]): DataSource {
  const cells = data.columns.map((_, index) => `__cells[${index + 1}] AS s${index}`);
  const pointers = textList(data.columns.map(({ name }) => pointer(name)));
  const relation: DataSource['relation'] = (numbered) => {
    const record = numbered ? ', __record' : '';
    const numberedLines = `SELECT line AS __line${numbered ? ', row_number() OVER () AS __record' : ''} FROM ${jsonLines(path)}`;
    const judged = `SELECT __line, ${brokenCode(data, usualKeys)} AS __broken${record} FROM (${numberedLines})
      WHERE NOT ${blankLine('__line')}`;
    const parsed = `SELECT CASE WHEN __broken IS NULL THEN json_extract_string(__line, ${pointers}) END AS __cells,
      __broken, CASE WHEN __broken IS NOT NULL THEN __line END AS __raw${record} FROM (${judged})`;
    return `(SELECT ${cells.join(', ')}, __broken, __raw${record} FROM (${parsed}))`;
  };
  return {
    types: data.columns.map(() => 'VARCHAR'),
    relation,
    marksBroken: true,
    columnar: false,
    headerRecords: 0,
  };
}

/** Readers disagree about which of two equal keys counts, so an object that has some is no row. */
function brokenCode(data: DataSpec, usualKeys: readonly string[]): string {
  const texts = data.columns.filter(({ type }) => type === 'string' || type === 'category');
  const nested =
    texts.length === 0
      ? ''
      : `WHEN (contains(__line, '[') OR __line LIKE '%{%{%') AND
          list_has_any(json_type(__line, ${textList(texts.map(({ name }) => pointer(name)))}), ['OBJECT', 'ARRAY'])
        THEN 'nested-value'`;
  const keys = 'json_keys(__line)';
  const known = textList(data.columns.map(({ name }) => name));
  const extra =
    data.extraColumns === 'reject'
      ? `WHEN ${keys} <> ${textList(usualKeys)} AND NOT list_has_all(${known}, ${keys}) THEN 'extra-key'`
      : '';
  return `CASE
    WHEN strlen(__line) > ${MAX_LINE_BYTES} THEN 'line-too-long'
    WHEN NOT json_valid(__line) THEN 'broken-line'
    WHEN json_type(__line) <> 'OBJECT' THEN 'not-an-object'
    WHEN ${keys} <> ${textList(usualKeys)} AND len(list_distinct(${keys})) < len(${keys}) THEN 'duplicate-key'
    ${extra} ${nested} END`;
}

/** RFC 6901. */
const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const textList = (texts: readonly string[]): string => `[${texts.map(quoteLiteral).join(', ')}]::VARCHAR[]`;
