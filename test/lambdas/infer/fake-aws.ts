import { createHash } from 'node:crypto';
import { encodeJson } from '../../../bench/random-model.ts';
import type { ArtifactRef } from '../../../domain/artifacts.ts';
import { capturePolicyOf } from '../../../domain/capture/policy.ts';
import type { Featurizer } from '../../../domain/features/featurizer.ts';
import type { ModelVersion, Traffic } from '../../../domain/registry/entities.ts';
import { type Key, keys } from '../../../domain/registry/keys.ts';
import { toItem } from '../../../lambdas/adapters/dynamo-registry/items.ts';
import { awsCalls } from '../../../lambdas/infer/aws.ts';
import type { AttributeValue } from '../../../lambdas/infer/dynamo-json.ts';
import { makeHandler } from '../../../lambdas/infer/handler.ts';
import type { ProxyEvent } from '../../../lambdas/infer/http.ts';
import { emfMetrics } from '../../../lambdas/infer/metrics.ts';
import { servedModels } from '../../../lambdas/infer/models.ts';
import { capturePolicies } from '../../../lambdas/infer/policies.ts';
import { aModelDocument, aTree } from '../../domain/scoring/a-model.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { seeded } from '../../fixtures/random.ts';

export type Service = 'dynamodb' | 's3' | 'sagemaker' | 'firehose' | 'sqs';

interface Call {
  readonly service: Service;
  readonly request: Request;
  readonly body: string;
}

/** The four services behind one front door, as far as the router calls them; reached through a fetch of its own. */
export class FakeAws {
  readonly calls: Call[] = [];
  readonly items = new Map<string, Record<string, AttributeValue>>();
  readonly objects = new Map<string, Uint8Array>();
  readonly objectHeaders = new Map<string, Record<string, string>>();
  /** What InvokeEndpointAsync was asked, header by header. */
  readonly queued: Record<string, string>[] = [];
  /** What a container answers to CSV. */
  readonly endpoints = new Map<string, (csv: string) => Response>();
  readonly captured: string[] = [];
  /** Messages to the queue of shadows. */
  readonly copies: string[] = [];
  /** Service → what happens instead of an answer. */
  readonly broken = new Map<Service, () => Response>();
  /** Takes what is kept by idempotency key, with the conditions that DynamoDB checks. */
  keptIn: { readonly endpoint: string; readonly table: string } | undefined;
  /** Sort keys of items that DynamoDB does not hand out. */
  readonly unreadable = new Set<string>();

  readonly fetch: typeof fetch = async (input) => {
    const request = input as Request;
    const service = /\/[0-9]{8}\/[a-z0-9-]+\/([a-z0-9]+)\/aws4_request/.exec(
      request.headers.get('authorization') ?? '',
    )?.[1] as Service;
    const call = { service, request, body: await request.clone().text() };
    this.calls.push(call);
    const { keptIn } = this;
    if (keptIn && !this.broken.has(service) && call.body.includes('#IDEM#')) {
      const body = JSON.stringify({ ...JSON.parse(call.body), TableName: keptIn.table });
      const { authorization, 'x-amz-target': target } = Object.fromEntries(request.headers);
      const headers = {
        authorization: authorization?.replace('eu-central-1', 'us-east-1') ?? '',
        'x-amz-target': target ?? '',
        'content-type': 'application/x-amz-json-1.0',
      };
      return fetch(keptIn.endpoint, { method: 'POST', headers, body });
    }
    return this.broken.get(service)?.() ?? this[service](call);
  };

  count(service: Service): number {
    return this.calls.filter((call) => call.service === service).length;
  }

  put(key: Key, type: string, entity: object): void {
    const { M: item } = toDynamo(toItem(key, { type, rev: 1 }, entity)) as { M: Record<string, AttributeValue> };
    this.items.set(`${key.PK} ${key.SK}`, item);
  }

  /** Requests, errors and versions counted so far. */
  counted(): { sk: string; requests: number; errors: number }[] {
    return this.calls
      .filter((call) => call.request.headers.get('x-amz-target')?.endsWith('UpdateItem'))
      .filter(({ body }) => !body.includes('#IDEM#'))
      .map(({ body }) => {
        const { Key, ExpressionAttributeValues: values } = JSON.parse(body);
        return { sk: Key.SK.S, requests: Number(values[':r'].N), errors: Number(values[':e'].N) };
      });
  }

  private dynamodb({ body, request }: Call): Response {
    if (request.headers.get('x-amz-target')?.endsWith('UpdateItem')) return Response.json({});
    const { Key } = JSON.parse(body);
    if (this.unreadable.has(Key.SK.S)) return new Response('', { status: 500 });
    const Item = this.items.get(`${Key.PK.S} ${Key.SK.S}`);
    return Response.json(Item ? { Item } : {});
  }

  private s3({ request, body }: Call): Response {
    const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (request.method === 'PUT') {
      this.objects.set(path, Buffer.from(body));
      return new Response('');
    }
    const bytes = this.objects.get(path);
    const headers = { 'content-length': String(bytes?.byteLength ?? 0), ...this.objectHeaders.get(path) };
    if (bytes) return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { headers });
    return new Response('<Code>NoSuchKey</Code>', { status: 404 });
  }

  private sagemaker({ request, body }: Call): Response {
    if (request.url.endsWith('/async-invocations')) return this.enqueue(request);
    const name = /\/endpoints\/([^/]+)\/invocations$/.exec(new URL(request.url).pathname)?.[1] ?? '';
    const answer = this.endpoints.get(name);
    return answer?.(body) ?? Response.json({ __type: 'ValidationError' }, { status: 400 });
  }

  private enqueue(request: Request): Response {
    this.queued.push({ path: new URL(request.url).pathname, ...Object.fromEntries(request.headers) });
    const n = this.queued.length;
    const headers = {
      'x-amzn-sagemaker-outputlocation': `s3://lake/async/outputs/churn/${n}.out`,
      'x-amzn-sagemaker-failurelocation': `s3://lake/async/errors/churn/${n}-error.out`,
    };
    return Response.json({ InferenceId: String(n) }, { status: 202, headers });
  }

  private sqs({ body }: Call): Response {
    this.copies.push(JSON.parse(body).MessageBody);
    return Response.json({ MessageId: '1' });
  }

  private firehose({ body }: Call): Response {
    this.captured.push(Buffer.from(JSON.parse(body).Record.Data, 'base64').toString('utf8'));
    return Response.json({ RecordId: '1' });
  }
}

export function toDynamo(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toDynamo) };
  const fields = Object.entries(value as object).filter(([, field]) => field !== undefined);
  return { M: Object.fromEntries(fields.map(([name, field]) => [name, toDynamo(field)])) };
}

export const signature: ModelVersion['signature'] = {
  inputs: [
    { name: 'age', datatype: 'INT64', nullable: true },
    { name: 'plan', datatype: 'BYTES', nullable: false },
  ],
  outputs: [{ name: 'probability', datatype: 'FP64', nullable: false }],
};
const featurizer: Featurizer = {
  version: 1,
  features: [
    { name: 'age', kind: 'numeric' },
    { name: 'plan', kind: 'category', categories: ['free', 'pro'] },
  ],
  label: { kind: 'class', column: 'churned', compare: 'text', classes: ['no', 'yes'] },
};
/** `age < 40` or missing gives the margin −1, otherwise 2. */
const model = aModelDocument({
  trees: [aTree({ split_conditions: [40, -1, 2], sum_hessian: [4, 3, 1] })],
  objective: 'binary:logistic',
  param: { base_score: '5E-1' },
});

export const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));
export const START = new Date('2026-11-23T00:00:00.000Z');

/** A router with its caches, over fake services; time stands still until `advance`. */
export function aRouter() {
  const aws = new FakeAws();
  const metricLines: string[] = [];
  let ms = START.getTime();
  const now = () => new Date(ms);
  const metrics = emfMetrics((line) => metricLines.push(line), now);
  const calls = awsCalls({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    endpointUrl: 'http://127.0.0.1:4566',
    fetch: aws.fetch,
  });
  const handler = makeHandler({
    aws: calls,
    models: servedModels({ aws: calls, table: 'registry', lakeBucket: 'lake', metrics, now }),
    policies: capturePolicies({ aws: calls, table: 'registry', now }),
    table: 'registry',
    lakeBucket: 'lake',
    stream: 'capture',
    shadowQueueUrl: 'http://127.0.0.1:4566/1/shadow',
    metrics,
    now,
    elapsed: () => ms,
    random: seeded(7),
    codeVersion: '1',
  });

  function store(name: string, bytes: Uint8Array): ArtifactRef {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `artifacts/${sha256}/${name}`;
    aws.objects.set(`lake/${key}`, bytes);
    return { bucket: 'lake', key, sha256, size: bytes.byteLength };
  }

  return {
    aws,
    handler,
    metricLines,
    advance: (by: number) => {
      ms += by;
    },
    store,
    addVersion(version: number, overrides: Partial<ModelVersion> = {}, fitted: Partial<Featurizer> = {}): void {
      const refs = aModelVersion().artifacts;
      const artifacts = {
        ...refs,
        featurizer: store('featurizer.json', encodeJson({ ...featurizer, ...fitted })),
        scorer: store('xgboost-model', encodeJson(model)),
      };
      const entity = aModelVersion({ version, artifacts, signature, ...overrides });
      aws.put(keys.version(entity.model, version), 'version', entity);
    },
    addPolicy(monitoring: object, data: object = {}, deployment: object = {}): void {
      const policy = capturePolicyOf(aModelSpec({ monitoring, data, deployment }), 1);
      aws.put(keys.capturePolicy('churn'), 'capture-policy', policy);
    },
    route(routes: Traffic['routes'], rolloutId?: string, model = 'churn'): void {
      aws.put(keys.traffic(model), 'traffic', { model, rev: 1, routes, rolloutId, at: START.toISOString() });
    },
    /** Version 1 answers, version 2 is in its shadow. */
    shadow(target: Traffic['routes'][number]['target'], more: object = {}): void {
      const routes = [{ version: 1, weight: 1, target: { kind: 'lambda' } }];
      const shadow = { version: 2, target, share: 1, threshold: 0.5, tolerance: 0, ...more };
      const traffic = { model: 'churn', rev: 1, routes, shadow, rolloutId: 'churn-v2-r1', at: START.toISOString() };
      aws.put(keys.traffic('churn'), 'traffic', traffic);
    },
    calls,
    models: servedModels({ aws: calls, table: 'registry', lakeBucket: 'lake', metrics, now }),
    metrics,
    /** As API Gateway gets it. */
    raw: (event: ProxyEvent) => handler(event),
    async send(event: Partial<ProxyEvent>) {
      const { statusCode, headers, body } = await handler({ httpMethod: 'GET', path: '/v2', ...event });
      return { status: statusCode, headers, body: headers['content-type'] === 'text/csv' ? body : JSON.parse(body) };
    },
    infer(body: unknown = inferBody(), path = 'models/churn/infer', changes: Partial<ProxyEvent> = {}) {
      return this.send({
        httpMethod: 'POST',
        path: `/v2/${path}`,
        pathParameters: { proxy: path },
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        ...changes,
      });
    },
  };
}

export function inferBody(ages: (number | null)[] = [30, 50], changes: object = {}): object {
  return {
    inputs: [
      { name: 'age', shape: [ages.length], datatype: 'INT64', data: ages },
      { name: 'plan', shape: [ages.length], datatype: 'BYTES', data: ages.map(() => 'pro') },
    ],
    ...changes,
  };
}
