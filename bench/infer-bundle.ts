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
import type { InferEnv } from '../lambdas/infer/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import { bundleSplit } from '../lib/split-bundle.ts';
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
  ...({
    TABLE_NAME: 'registry',
    LAKE_BUCKET_NAME: 'lake',
    CAPTURE_STREAM_NAME: 'capture',
    SHADOW_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/shadow',
  } satisfies EnvVars<typeof InferEnv>),
};

const folder = mkdtempSync(join(tmpdir(), 'millrace-infer-'));
const file = join(folder, 'index.mjs');
const verdict = (value: number, target: number): string => (value <= target ? 'met' : 'MISSED');
const percentile = (times: number[], share: number): number =>
  times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] as number;

try {
  const { files, atStart } = bundleSplit(join(import.meta.dirname, '../lambdas/infer/index.ts'));
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  const code = atStart.map((name) => files.get(name)).join('');
  const bytes = Buffer.byteLength(code);
  const later = Buffer.byteLength([...files.values()].join('')) - bytes;
  const load = loadTime();
  const { first, plain, judged, labelled } = await routerTime();
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
    ...figuresOf('request', plain),
    ...figuresOf('during a rollout', judged),
    ...figuresOf('with labels to come', labelled),
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

interface Times {
  readonly p50: number;
  readonly p99: number;
}

function figuresOf(what: string, { p50, p99 }: Times): object[] {
  return [
    { figure: `${what}, p50`, value: `${p50.toFixed(3)} ms`, target: '', is: '' },
    { figure: `${what}, p99`, value: `${p99.toFixed(3)} ms`, target: '≤ 1 ms', is: verdict(p99, TARGET.p99) },
  ];
}

/** Requests of one row to the bundled handler, scored in process; parsing, routing, signing, capture and answer included. */
async function routerTime(): Promise<{ first: number; plain: Times; judged: Times; labelled: Times }> {
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
    artifacts: { M: { model: ref(model), featurizer: ref(featurizer), scorer: ref(model) } },
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
  const rollout = { routes: { L: [route] }, rev: { N: '2' }, rolloutId: { S: 'r-v1-r1' } };
  // a model without a rollout, one with, and one whose quality is judged
  const traffic: Readonly<Record<string, object>> = {
    plain: { model: { S: 'plain' }, routes: { L: [route] } },
    judged: { model: { S: 'judged' }, ...rollout },
    labelled: { model: { S: 'labelled' }, ...rollout, judged: { M: { quality: { BOOL: true } } } },
  };
  globalThis.fetch = (async (input: Request) => {
    const { hostname, pathname } = new URL(input.url);
    if (hostname.includes('.s3.')) return new Response(new Uint8Array(objects.get(pathname.slice(1)) as Uint8Array));
    if (!hostname.startsWith('dynamodb.')) return Response.json({});
    const { PK, SK } = JSON.parse(await input.text()).Key;
    if (SK.S === 'CAPTURE') return Response.json({ Item: policy });
    return Response.json({ Item: SK.S === 'TRAFFIC' ? traffic[PK.S.split('#').at(-1)] : version });
  }) as typeof fetch;

  const { handler }: { handler: (event: object) => Promise<{ statusCode: number }> } = await import(file);
  const uniform = random(3);
  const event = (model: string) => ({
    httpMethod: 'POST',
    path: `/v2/models/${model}/infer`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      inputs: names.map((name) => ({ name, shape: [1], datatype: 'FP64', data: [uniform()] })),
    }),
  });
  const models = Object.keys(traffic);
  const times = new Map(models.map((name): [string, number[]] => [name, []]));
  for (let i = 0; i < WARM_UP + REQUESTS; i++) {
    // in turn, so that what else the machine does is the same for all
    for (const name of models) {
      const request = event(name);
      const start = performance.now();
      const { statusCode } = await quietly(() => handler(request));
      times.get(name)?.push(performance.now() - start);
      if (statusCode !== 200) throw new Error(`the router answered ${statusCode}`);
    }
  }
  const of = (name: string): Times => {
    const warm = (times.get(name) as number[]).slice(WARM_UP);
    return { p50: percentile(warm, 0.5), p99: percentile(warm, 0.99) };
  };
  const first = times.get('plain')?.[0] as number;
  return { first, plain: of('plain'), judged: of('judged'), labelled: of('labelled') };
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
