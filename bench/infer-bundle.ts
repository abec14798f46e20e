/**
 * The hot path: size of the bundle as the stack builds it, its load time in a fresh process, and what the router adds to
 * a request at 100 features, with every service answering at once.
 *
 * Run: `node bench/infer-bundle.ts`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleSplit } from '../lib/bundles.ts';
import { encodeJson, encodeUbj, random, randomModel } from './random-model.ts';

const FEATURES = 100;
const REQUESTS = 5_000;
const WARM_UP = 2_000;
const LOADS = 20;
/** SERVING.md's budget; milliseconds. */
const TARGET = { bytes: 60_000, load: 10, p99: 1 };

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 'secret',
  TABLE_NAME: 'registry',
  LAKE_BUCKET_NAME: 'lake',
  CAPTURE_STREAM_NAME: 'capture',
};

const folder = mkdtempSync(join(tmpdir(), 'millrace-infer-'));
const file = join(folder, 'index.mjs');
const verdict = (value: number, target: number): string => (value <= target ? 'met' : 'MISSED');
const percentile = (times: number[], share: number): number =>
  times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] as number;

try {
  const { files, atStart } = bundleSplit('infer');
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const code = atStart.map((name) => files.get(name)).join('');
  const bytes = Buffer.byteLength(code);
  const later = Buffer.byteLength([...files.values()].join('')) - bytes;
  const load = loadTime();
  const { p50, p99, first } = await routerTime();
  console.table([
    { figure: 'bundle', value: `${bytes} B`, target: `≤ ${TARGET.bytes} B`, is: verdict(bytes, TARGET.bytes) },
    { figure: 'loaded when asked for', value: `${later} B`, target: '', is: '' },
    { figure: 'bundle, gzip', value: `${gzipSync(code).length} B`, target: '', is: '' },
    {
      figure: `load, median of ${LOADS}`,
      value: `${load.toFixed(1)} ms`,
      target: '≤ 10 ms',
      is: verdict(load, TARGET.load),
    },
    { figure: 'first request', value: `${first.toFixed(1)} ms`, target: '', is: '' },
    { figure: 'request, p50', value: `${p50.toFixed(3)} ms`, target: '', is: '' },
    { figure: 'request, p99', value: `${p99.toFixed(3)} ms`, target: '≤ 1 ms', is: verdict(p99, TARGET.p99) },
  ]);
} finally {
  rmSync(folder, { recursive: true });
}

/** Importing the bundle in a process of its own: what a cold start pays beside Node itself. */
function loadTime(): number {
  const script = `const t=performance.now();await import(${JSON.stringify(file)});console.log(performance.now()-t)`;
  const times = Array.from({ length: LOADS }, () => {
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env: ENVIRONMENT });
    if (run.status !== 0) throw new Error(run.stderr.toString());
    return Number(run.stdout.toString());
  });
  return percentile(times, 0.5);
}

/** Requests of one row to the bundled handler, scored in process; parsing, routing, signing, capture and answer included. */
async function routerTime(): Promise<{ p50: number; p99: number; first: number }> {
  Object.assign(process.env, ENVIRONMENT);
  const names = Array.from({ length: FEATURES }, (_, i) => `feature_${i}`);
  const featurizer = encodeJson({
    version: 1,
    features: names.map((name) => ({ name, kind: 'numeric' })),
    label: { kind: 'class', column: 'y', compare: 'text', classes: ['0', '1'] },
  });
  const model = encodeUbj(randomModel({ trees: 100, depth: 6, features: FEATURES }));
  const objects = new Map([featurizer, model].map((content) => [sha256(content), content]));
  const ref = (content: Uint8Array) => ({
    M: { bucket: { S: 'lake' }, key: { S: sha256(content) }, sha256: { S: sha256(content) } },
  });
  const field = (name: string) => ({ M: { name: { S: name }, datatype: { S: 'FP64' }, nullable: { BOOL: false } } });
  const version = {
    algorithm: { S: 'xgboost' },
    artifacts: { M: { featurizer: ref(featurizer), scorer: ref(model) } },
    signature: { M: { inputs: { L: names.map(field) }, outputs: { L: [field('probability')] } } },
  };
  const route = { M: { version: { N: '1' }, weight: { N: '1' }, target: { M: { kind: { S: 'lambda' } } } } };
  const policy = {
    enabled: { BOOL: true },
    share: { N: '1' },
    maxCallsPerMinute: { N: '1000000' },
    redact: { L: [] },
    context: { L: [] },
  };
  const items = new Map<string, object>([
    ['TRAFFIC', { model: { S: 'm' }, routes: { L: [route] } }],
    ['CAPTURE', policy],
  ]);
  globalThis.fetch = (async (input: Request) => {
    const { hostname, pathname } = new URL(input.url);
    if (hostname.includes('.s3.')) return new Response(new Uint8Array(objects.get(pathname.slice(1)) as Uint8Array));
    if (!hostname.startsWith('dynamodb.')) return Response.json({});
    const sortKey = JSON.parse(await input.text()).Key?.SK.S as string;
    return Response.json({ Item: items.get(sortKey) ?? version });
  }) as typeof fetch;

  const { handler }: { handler: (event: object) => Promise<{ statusCode: number }> } = await import(file);
  const uniform = random(3);
  const event = () => ({
    httpMethod: 'POST',
    path: '/v2/models/m/infer',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      inputs: names.map((name) => ({ name, shape: [1], datatype: 'FP64', data: [uniform()] })),
    }),
  });
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + REQUESTS; i++) {
    const request = event();
    const start = performance.now();
    const { statusCode } = await quietly(() => handler(request));
    times.push(performance.now() - start);
    if (statusCode !== 200) throw new Error(`the router answered ${statusCode}`);
  }
  const first = times[0] as number;
  const warm = times.slice(WARM_UP);
  return { p50: percentile(warm, 0.5), p99: percentile(warm, 0.99), first };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Metric lines go to standard output, which belongs to the table. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const write = process.stdout.write;
  process.stdout.write = () => true;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}
