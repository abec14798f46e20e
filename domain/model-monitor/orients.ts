/** Rows of a call. Without names, values are in the order of the features. */
export interface NamedRows {
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

type Json = Readonly<Record<string, unknown>>;

/** What callers wrap rows into. */
const WRAPPERS = [
  'instances',
  'dataframe_split',
  'dataframe_records',
  'dataframe',
  'inputs',
  'features',
  'data',
] as const;
const ROWS = ['data', 'rows', 'values'] as const;
const MAX_DEPTH = 6;

/**
 * Rows of what a caller sent as JSON: a list of rows or of one row's values, records, one object, columns
 * (`{"a": [1, 2]}`, as pandas also by index), split (`{"columns": […], "data": [[…]]}`), tensors of the Open Inference
 * Protocol, each within `instances`, `inputs`, `features`, `data` or not.
 *
 * @param names of the features, in order
 * @returns undefined if it is none of these
 */
export function rowsOfJson(value: unknown, names: readonly string[]): NamedRows | undefined {
  return read(value, names, 0);
}

function read(value: unknown, names: readonly string[], depth: number): NamedRows | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (isScalar(value)) return { rows: [[value]] };
  if (Array.isArray(value)) return readList(value, names, depth);
  return isObject(value) ? readObject(value, names, depth) : undefined;
}

function readList(list: readonly unknown[], names: readonly string[], depth: number): NamedRows | undefined {
  if (list.length === 0) return undefined;
  if (list.every(isScalar)) {
    return names.length === 1 ? { rows: list.map((one) => [one]) } : { rows: [list] };
  }
  if (list.every((row): row is unknown[] => Array.isArray(row) && row.every(isScalar))) return { rows: list };
  if (list.every(isTensor)) return readTensors(list);
  if (list.every(isRecord)) return readRecords(list);
  // [{"features": [1, 2]}, …], or rows within rows
  const parts = list.map((one) => read(one, names, depth + 1));
  return parts.every((part) => part !== undefined) ? joinRows(parts) : undefined;
}

function readObject(object: Json, names: readonly string[], depth: number): NamedRows | undefined {
  const keys = Object.keys(object);
  if (keys.length === 0) return undefined;
  const split = readSplit(object);
  if (split) return split;
  const wrapper = names.some((name) => Object.hasOwn(object, name)) ? undefined : WRAPPERS.find((key) => key in object);
  if (wrapper !== undefined) return read(object[wrapper], names, depth + 1);
  if (!names.some((name) => Object.hasOwn(object, name)) && keys.length === 1 && 'values' in object)
    return read(object.values, names, depth + 1);
  if (isRecord(object)) return { columns: keys, rows: [Object.values(object)] };
  return readColumns(object) ?? readIndex(object);
}

/** `{"columns": ["a", "b"], "data": [[1, 2]]}` */
function readSplit(object: Json): NamedRows | undefined {
  const { columns } = object;
  const rows = ROWS.map((key) => object[key]).find(Array.isArray) as unknown[] | undefined;
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string') || !rows) return undefined;
  const fit = rows.every((row): row is unknown[] => Array.isArray(row) && row.length === columns.length);
  return fit && rows.length > 0 ? { columns, rows } : undefined;
}

/** `{"a": [1, 2], "b": [3, 4]}`, or `{"a": {"0": 1, "1": 2}}` as pandas writes it. */
function readColumns(object: Json): NamedRows | undefined {
  const columns = Object.keys(object);
  const cells = Object.values(object).map((column) => {
    if (Array.isArray(column)) return column as unknown[];
    return isObject(column) && Object.keys(column).every((key) => /^\d+$/.test(key))
      ? Object.values(column)
      : undefined;
  });
  const length = cells[0]?.length ?? 0;
  if (length === 0 || !cells.every((column) => column?.length === length && column.every(isScalar))) return undefined;
  return { columns, rows: Array.from({ length }, (_, i) => cells.map((column) => column?.[i])) };
}

/** `{"0": {"a": 1, "b": 3}, "1": {…}}` */
function readIndex(object: Json): NamedRows | undefined {
  const records = Object.values(object);
  return Object.keys(object).every((key) => /^\d+$/.test(key)) && records.every(isRecord)
    ? readRecords(records)
    : undefined;
}

function readRecords(records: readonly Json[]): NamedRows {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return {
    columns,
    rows: records.map((record) => columns.map((name) => (Object.hasOwn(record, name) ? record[name] : null))),
  };
}

function readTensors(tensors: readonly { name: string; data: unknown[] }[]): NamedRows | undefined {
  const length = tensors[0]?.data.length ?? 0;
  const columns = tensors.map(({ name }) => name);
  const cells = tensors.map(({ data }) =>
    data.map((cell) => (Array.isArray(cell) && cell.length === 1 ? cell[0] : cell)),
  );
  const fit = length > 0 && cells.every((column) => column.length === length && column.every(isScalar));
  return fit ? { columns, rows: Array.from({ length }, (_, i) => cells.map((column) => column[i])) } : undefined;
}

/** Parts that name their values in the same way. */
export function joinRows(parts: readonly NamedRows[]): NamedRows | undefined {
  const names = [...new Set(parts.flatMap(({ columns }) => columns ?? []))];
  if (names.length === 0) return { rows: parts.flatMap(({ rows }) => rows) };
  if (parts.some(({ columns }) => columns === undefined)) return undefined;
  const rows = parts.flatMap(({ columns = [], rows }) => {
    const positions = names.map((name) => columns.indexOf(name));
    return rows.map((row) => positions.map((position) => (position < 0 ? null : row[position])));
  });
  return { columns: names, rows };
}

const isScalar = (value: unknown): boolean =>
  value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isRecord = (value: unknown): value is Json =>
  isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(isScalar);

function isTensor(value: unknown): value is { name: string; data: unknown[] } {
  return isObject(value) && typeof value.name === 'string' && Array.isArray(value.data) && Array.isArray(value.shape);
}
