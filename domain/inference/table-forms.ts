import { InvalidInputError } from '../common-errors.ts';
import type { Table } from './decode-table.ts';
import { isRecord } from './problems.ts';

/** Rows, and whether the answer is to be in columns as well. */
export interface TableForm {
  readonly table: Table;
  readonly columnar: boolean;
}

type Reader = (value: unknown, at: string) => Pick<Table, 'cells' | 'names' | 'at'>;

const READERS = {
  instances: rowsOf,
  /** Columns by name. */
  inputs: columnsOf,
  dataframe_records: rowsOf,
  dataframe_split: splitOf,
} satisfies Record<string, Reader>;
type Key = keyof typeof READERS;

/** `:predict` of TensorFlow Serving, KServe v1 and Vertex AI. @throws InvalidInputError when the form is another */
export const readPredictBody = (body: unknown): TableForm =>
  readForm(body, ['instances', 'inputs'], ['signature_name', 'parameters'], 'parameters');

/** MLflow's `/invocations`. @throws InvalidInputError when the form is another */
export const readInvocationsBody = (body: unknown): TableForm =>
  readForm(body, ['dataframe_split', 'dataframe_records', 'instances', 'inputs'], ['params'], 'params');

function readForm(body: unknown, keys: readonly Key[], beside: readonly string[], parameters: string): TableForm {
  if (!isRecord(body)) return refuse('body', `a JSON object with one of ${keys.join(', ')} expected`);
  const found = keys.filter((key) => Object.hasOwn(body, key));
  const [key] = found;
  if (!key || found.length > 1) {
    return refuse('body', `exactly one of ${keys.join(', ')} expected, got ${found.join(' and ') || 'none'}`);
  }
  const other = Object.keys(body).find((name) => name !== key && !beside.includes(name));
  if (other !== undefined) refuse('body', `only ${beside.join(' and ')} may stand beside ${key}`);
  const value = body[parameters];
  return {
    table: {
      ...READERS[key](body[key], `/${key}`),
      ...(value === undefined ? {} : { parameters: { at: `/${parameters}`, value } }),
    },
    columnar: key === 'inputs',
  };
}

function rowsOf(value: unknown, at: string): Pick<Table, 'cells' | 'at'> {
  if (!Array.isArray(value)) return refuse(at, 'an array of rows expected');
  return { at, cells: { kind: 'rows', rows: value } };
}

function columnsOf(value: unknown, at: string): Pick<Table, 'cells' | 'at'> {
  if (!isRecord(value)) return refuse(at, 'an object with one array per feature expected');
  return { at, cells: { kind: 'columns', columns: value } };
}

/** What pandas writes with `orient="split"`; the index says nothing here. */
function splitOf(value: unknown, at: string): Pick<Table, 'cells' | 'names' | 'at'> {
  const { columns, data } = isRecord(value) ? value : {};
  if (!Array.isArray(data)) return refuse(`${at}/data`, 'an array of rows expected');
  if (columns !== undefined && !Array.isArray(columns)) return refuse(`${at}/columns`, 'an array of names expected');
  const notRow = data.findIndex((row) => !Array.isArray(row));
  if (notRow >= 0) return refuse(`${at}/data/${notRow}`, 'an array expected');
  const names = columns && { names: { at: `${at}/columns`, list: columns } };
  return { at: `${at}/data`, cells: { kind: 'rows', rows: data }, ...names };
}

function refuse(at: string, problem: string): never {
  throw new InvalidInputError([`${at}: ${problem}`]);
}
