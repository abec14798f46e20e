import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Signature } from '../../../domain/registry/entities.ts';
import { aRouter } from './fake-aws.ts';

export type Cell = string | number | boolean | null;

/** One feature of each type, all of which may be missing. */
export const facedSignature: Signature = {
  inputs: [
    { name: 'age', datatype: 'INT64', nullable: true },
    { name: 'spend', datatype: 'FP64', nullable: true },
    { name: 'plan', datatype: 'BYTES', nullable: true },
    { name: 'active', datatype: 'BOOL', nullable: true },
  ],
  outputs: [{ name: 'probability', datatype: 'FP64', nullable: false }],
};
export const PLANS = ['', 'free', 'pro', 'pro, "plus"', 'line\nbreak', 'Ünïcode 🚂', 'null', 'nan', '7'];

/** A number in [0, 1) that another encoding of the row would change. */
export function digestOf(line: string): number {
  return createHash('sha256').update(line).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Versions 1 and 2, version 1 with all traffic; each answers a digest of what it is sent for a row. */
export function aFacedRouter(taken = facedSignature) {
  const router = aRouter();
  const features = [
    { name: 'age', kind: 'numeric' as const },
    { name: 'spend', kind: 'numeric' as const },
    { name: 'plan', kind: 'category' as const, categories: PLANS },
    { name: 'active', kind: 'boolean' as const },
  ];
  for (const version of [1, 2]) {
    router.addVersion(version, { signature: taken }, { features });
    router.aws.endpoints.set(`churn-v${version}-bbbbbbbb`, (csv) => {
      const answer = csv.split('\n').map((line) => digestOf(`${version}:${line}`));
      return new Response(answer.join('\n'), { headers: { 'content-type': 'text/csv' } });
    });
  }
  const target = (version: number) => ({ kind: 'endpoint' as const, endpointName: `churn-v${version}-bbbbbbbb` });
  router.route([
    { version: 1, weight: 1, target: target(1) },
    { version: 2, weight: 0, target: target(2) },
  ]);
  return router;
}

export type Router = ReturnType<typeof aFacedRouter>;

export const names = facedSignature.inputs.map((field) => field.name);
export const rowObject = (row: readonly Cell[]) => Object.fromEntries(names.map((name, j) => [name, row[j] ?? null]));
export const columnsOf = (rows: readonly (readonly Cell[])[]) =>
  Object.fromEntries(names.map((name, j) => [name, rows.map((row) => row[j] ?? null)]));

/** RFC 4180; a missing value is an empty field, an empty text a quoted one. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  rows
    .map((row) =>
      row
        .map((cell) =>
          typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : cell === null ? '' : String(cell),
        )
        .join(',')
        .concat('\n'),
    )
    .join('');

export const post = (router: Router, path: string, body: unknown, headers: Record<string, string> = {}) =>
  router.send({
    httpMethod: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export type Rows = readonly (readonly Cell[])[];
export type Face = (router: Router, rows: Rows) => ReturnType<typeof post>;
export const CSV = { 'content-type': 'text/csv' };
export const MLFLOW = '/models/churn/invocations';
export const ENDPOINT = '/endpoints/churn/invocations';
export const V1 = '/v1/models/churn:predict';
const split = (rows: Rows) => ({ columns: [...names].reverse(), data: rows.map((row) => [...row].reverse()) });

/** Each way to send the same rows. */
export const FACES: Readonly<Record<string, Face>> = {
  'v1 instances of objects': (router, rows) => post(router, V1, { instances: rows.map(rowObject) }),
  'v1 instances of arrays': (router, rows) => post(router, V1, { instances: rows }),
  'v1 inputs': (router, rows) => post(router, V1, { inputs: columnsOf(rows) }),
  'MLflow dataframe_split': (router, rows) => post(router, MLFLOW, { dataframe_split: split(rows) }),
  'MLflow dataframe_records': (router, rows) => post(router, MLFLOW, { dataframe_records: rows.map(rowObject) }),
  'MLflow instances': (router, rows) => post(router, MLFLOW, { instances: rows }),
  'MLflow inputs': (router, rows) => post(router, MLFLOW, { inputs: columnsOf(rows) }),
  'MLflow text/csv': (router, rows) => post(router, MLFLOW, `${names.join(',')}\n${csvOf(rows)}`, CSV),
  'SageMaker application/json': (router, rows) => post(router, ENDPOINT, { instances: rows }),
  'SageMaker text/csv': (router, rows) => post(router, ENDPOINT, csvOf(rows), { ...CSV, accept: 'application/json' }),
  'SageMaker text/csv, answered so': (router, rows) => post(router, ENDPOINT, csvOf(rows), CSV),
};

const cell = {
  age: fc.option(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53))),
  spend: fc.option(
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(2 ** 53 + 2, 1e308, 5e-324, 0.1)),
  ),
  plan: fc.option(fc.oneof(fc.constantFrom(...PLANS), fc.string({ unit: 'binary' }))),
  active: fc.option(fc.boolean()),
};
/** One to five rows, of values that are easily changed on the way. */
export const someRows = fc.array(fc.tuple(cell.age, cell.spend, cell.plan, cell.active), {
  minLength: 1,
  maxLength: 5,
});
