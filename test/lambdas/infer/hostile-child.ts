/**
 * Answers bodies of 6 MiB, each made to cost as much as it can, in a process with a small heap: more memory than that ends it.
 * Prints a line of JSON for each.
 */
import { aFacedRouter, names } from './a-faced-model.ts';

const SIZE = 6_291_456;
const JSON_TYPE = { 'content-type': 'application/json' };
const CSV = { 'content-type': 'text/csv' };
const V2 = '/v2/models/churn/infer';
const V1 = '/v1/models/churn:predict';
const MLFLOW = '/models/churn/invocations';
const ENDPOINT = '/endpoints/churn/invocations';

/** As often as fits between the ends; `#` becomes a number, so that names differ. */
function filled(before: string, part: string, after: string, separator = ','): string {
  const parts: string[] = [];
  for (let bytes = before.length + after.length, i = 0; ; i++) {
    const next = part.replace('#', i.toString(36));
    bytes += next.length + separator.length;
    if (bytes > SIZE) return before + parts.join(separator) + after;
    parts.push(next);
  }
}

const tensors = (rows: number) =>
  JSON.stringify(
    names.map((name) => ({
      name,
      shape: [rows],
      datatype: { age: 'INT64', spend: 'FP64', plan: 'BYTES' }[name] ?? 'BOOL',
      data: Array(rows).fill(null),
    })),
  );
const rows = `[${Array(10_000).fill('[null,null,null,null]')}]`;

const BODIES: readonly [what: string, path: string, body: string, headers: Record<string, string>][] = [
  ['tensors that are empty objects', V2, filled('{"inputs":[', '{}', ']}'), JSON_TYPE],
  ['unknown tensors', V2, filled('{"inputs":[', '{"name":"x#"}', ']}'), JSON_TYPE],
  [
    'one output many times',
    V2,
    filled(`{"inputs":${tensors(1_000)},"outputs":[`, '{"name":"probability"}', ']}'),
    JSON_TYPE,
  ],
  ['parameters', V2, filled(`{"inputs":${tensors(1)},"parameters":{`, '"event#":1', '}}'), JSON_TYPE],
  ['lists that never end', V2, filled('', '[', '', ''), JSON_TYPE],
  ['lists in lists', V2, `${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)}`, JSON_TYPE],
  ['objects in objects', V2, filled('', '{"a":', '', ''), JSON_TYPE],
  ['NaN at the end', V2, filled('[', '"a",""', ',NaN]'), JSON_TYPE],
  ['escapes', V2, filled('["', '\\"', '', ''), JSON_TYPE],
  ['rows without a value', V1, filled('{"instances":[', '{}', ']}'), JSON_TYPE],
  ['columns of a row', V1, filled('{"instances":[{', '"#":1', '}]}'), JSON_TYPE],
  [
    'columns of every row',
    V1,
    filled('{"instances":[', `{${Array.from({ length: 60 }, (_, i) => `"c${i}":1`)}}`, ']}'),
    JSON_TYPE,
  ],
  ['columns', V1, filled('{"inputs":{', '"#":[1]', '}}'), JSON_TYPE],
  ['names of columns', MLFLOW, filled('{"dataframe_split":{"columns":[', '"#"', '],"data":[[1]]}}'), JSON_TYPE],
  ['rows of another length', MLFLOW, filled('{"dataframe_split":{"data":[', '[]', ']}}'), JSON_TYPE],
  ['as many rows as there may be', MLFLOW, `{"dataframe_split":{"data":${rows}}}`, JSON_TYPE],
  ['line ends', MLFLOW, filled('age,spend,plan,active\n', '\n', '', ''), CSV],
  ['names in a header', MLFLOW, filled('', '#', '\n1'), CSV],
  ['quotes', MLFLOW, filled('"', '""', '', ''), CSV],
  ['line ends without a header', ENDPOINT, filled('', '\n', '', ''), CSV],
  ['commas', ENDPOINT, filled('', ',', '', ''), CSV],
];

for (const [what, path, body, headers] of BODIES) {
  const router = aFacedRouter();
  const start = performance.now();
  const { status } = await router.send({ httpMethod: 'POST', path, body, headers });
  process.stderr.write(`${JSON.stringify({ what, status, ms: Math.round(performance.now() - start) })}\n`);
}
