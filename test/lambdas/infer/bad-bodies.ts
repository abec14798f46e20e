import { type Cell, facedSignature, names } from './a-faced-model.ts';

/** In a value of every request: nothing that is logged or counted may contain it. */
export const CANARY = 'canary-4711';
/** Two good rows; cases spoil the second. */
export const GOOD: readonly (readonly Cell[])[] = [
  [30, 1.5, CANARY, true],
  [41, 2.25, CANARY, false],
];

/** A token that JSON.stringify would not write: `NaN`, `1e400`, a repeated key. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export interface Sent {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Rows under the names of their columns, as each face has them. */
export interface Form {
  readonly path: string;
  readonly encode: (rows: readonly (readonly unknown[])[], columns: readonly string[]) => Sent;
  /** JSON pointer of a cell of the second row. */
  readonly cellAt: (column: string) => string;
  /** Where names of columns are wrong, or missing. */
  readonly columnsAt: string;
  /** Columns have no names: one more is a row of another length. */
  readonly positional?: true;
  readonly csv?: true;
  /** Of what is well-formed but does not fit the signature. */
  readonly misfit: 400 | 422;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const CSV = { 'content-type': 'text/csv', accept: 'application/json' };
const indexOf = (column: string): number => names.indexOf(column);

export function json(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}:${json(item)}`)
    .join(',')}}`;
}

/** An object that may have `__proto__` for a key. */
const objectOf = (columns: readonly string[], row: readonly unknown[]): Raw =>
  new Raw(`{${columns.map((name, j) => `${JSON.stringify(name)}:${json(row[j])}`).join(',')}}`);

const csvCell = (cell: unknown): string => {
  if (cell instanceof Raw) return cell.text.replaceAll('"', '');
  if (cell === null) return '';
  return typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : json(cell);
};
const csvLines = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\n`).join('');

const datatypeOf = (name: string): string =>
  facedSignature.inputs.find((field) => field.name === name)?.datatype ?? 'BYTES';

/** Every way to send rows that the four faces have, as far as they read it differently. */
export const FORMS: Readonly<Record<string, Form>> = {
  v2: {
    path: '/v2/models/churn/infer',
    encode: (rows, columns) => ({
      body: json({
        inputs: columns.map((name, j) => ({
          name,
          shape: [rows.length],
          datatype: datatypeOf(name),
          data: rows.map((row) => row[j]),
        })),
      }),
      headers: JSON_TYPE,
    }),
    cellAt: (column) => `/inputs/${indexOf(column)}/data/1`,
    columnsAt: '/inputs',
    misfit: 400,
  },
  v1: {
    path: '/v1/models/churn:predict',
    encode: (rows, columns) => ({
      body: json({ instances: rows.map((row) => objectOf(columns, row)) }),
      headers: JSON_TYPE,
    }),
    cellAt: (column) => `/instances/1/${column}`,
    columnsAt: '/instances/0',
    misfit: 422,
  },
  MLflow: {
    path: '/models/churn/invocations',
    encode: (rows, columns) => ({ body: json({ dataframe_split: { columns, data: rows } }), headers: JSON_TYPE }),
    cellAt: (column) => `/dataframe_split/data/1/${indexOf(column)}`,
    columnsAt: '/dataframe_split/columns',
    misfit: 422,
  },
  'MLflow, columns': {
    path: '/models/churn/invocations',
    encode: (rows, columns) => ({
      body: json({
        inputs: objectOf(
          columns,
          columns.map((_, j) => rows.map((row) => row[j])),
        ),
      }),
      headers: JSON_TYPE,
    }),
    cellAt: (column) => `/inputs/${column}/1`,
    columnsAt: '/inputs',
    misfit: 422,
  },
  'MLflow, CSV': {
    path: '/models/churn/invocations',
    encode: (rows, columns) => ({ body: `${columns.join(',')}\n${csvLines(rows)}`, headers: CSV }),
    cellAt: (column) => `/rows/1/${indexOf(column)}`,
    columnsAt: '/header',
    csv: true,
    misfit: 422,
  },
  SageMaker: {
    path: '/endpoints/churn/invocations',
    encode: (rows) => ({ body: json({ instances: rows }), headers: { ...JSON_TYPE, accept: 'application/json' } }),
    cellAt: (column) => `/instances/1/${indexOf(column)}`,
    columnsAt: '/instances/0',
    positional: true,
    misfit: 422,
  },
  'SageMaker, CSV': {
    path: '/endpoints/churn/invocations',
    encode: (rows) => ({ body: csvLines(rows), headers: CSV }),
    cellAt: (column) => `/1/${indexOf(column)}`,
    columnsAt: '/0',
    positional: true,
    csv: true,
    misfit: 422,
  },
};
