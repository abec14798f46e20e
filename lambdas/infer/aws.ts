import { type AttributeValue, fromDynamoItem } from './dynamo-json.ts';
import { type Credentials, signedHeaders } from './sign.ts';

/** Deadlines of single calls, in milliseconds; together they stay below API Gateway's 29 s. */
const DEADLINE_MS = { getItem: 1_000, updateItem: 500, getObject: 5_000, putRecord: 800, sendMessage: 800 } as const;
/** An idempotent read is tried this often. */
const READ_ATTEMPTS = 2;

export interface AwsSettings {
  readonly region: string;
  readonly credentials: Credentials;
  /** One front door for every service, as the local platform has. @default each service's regional host */
  readonly endpointUrl?: string;
  readonly fetch: typeof fetch;
}

/** An AWS service refused or failed. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  readonly status: number;
  /** The service's error code: `ThrottlingException`, `ModelError` … */
  readonly code: string;
  constructor(call: string, status: number, code: string) {
    super(`${call} answered ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

export interface Key {
  readonly PK: string;
  readonly SK: string;
}

export type Aws = ReturnType<typeof awsCalls>;

/** The calls of the hot path, signed by hand: an SDK client costs 133 ms of cold start, this 2 ms. */
export function awsCalls({ region, credentials, endpointUrl, fetch }: AwsSettings) {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const front = endpointUrl?.replace(/\/+$/, '');
  const host = (service: string) => front ?? `https://${service}.${region}.${suffix}`;

  async function call(
    name: string,
    service: string,
    url: string,
    init: { method: string; headers?: Record<string, string>; body?: string; deadlineMs: number },
  ): Promise<Response> {
    const { deadlineMs, method, headers = {}, body } = init;
    const scope = { service, region, credentials, at: new Date() };
    const signed = signedHeaders({ method, url, headers, body: body ?? '' }, scope);
    const request = new Request(url, { method, headers: signed, ...(body === undefined ? {} : { body }) });
    const response = await fetch(request, { signal: AbortSignal.timeout(deadlineMs) });
    if (response.ok) return response;
    throw new AwsCallError(name, response.status, await errorCode(response));
  }

  async function jsonCall(target: string, service: string, version: string, body: object, deadlineMs: number) {
    const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
    const init = { method: 'POST', headers, body: JSON.stringify(body), deadlineMs };
    const response = await call(target, service, `${host(service)}/`, init);
    return (await response.json()) as Record<string, unknown>;
  }

  function objectUrl({ bucket, key }: { bucket: string; key: string }): string {
    const base = front ? `${front}/${bucket}` : `https://${bucket}.s3.${region}.${suffix}`;
    return `${base}/${key.split('/').map(encodeURIComponent).join('/')}`;
  }

  return {
    /** For calls that are too rare to be loaded with the others. */
    call,
    host,
    objectUrl,

    /** Eventually consistent: what the router reads it caches anyway. */
    async getItem(table: string, key: Key): Promise<Record<string, unknown> | undefined> {
      const body = { TableName: table, Key: { PK: { S: key.PK }, SK: { S: key.SK } } };
      const answer = await withRetry(() =>
        jsonCall('DynamoDB_20120810.GetItem', 'dynamodb', '1.0', body, DEADLINE_MS.getItem),
      );
      const item = answer.Item as Record<string, AttributeValue> | undefined;
      return item && fromDynamoItem(item);
    },

    /** Any call, in DynamoDB's typed JSON; never repeated. For what few requests need, and what they load with it. */
    dynamo: (action: 'UpdateItem' | 'GetItem', body: object): Promise<Record<string, unknown>> =>
      jsonCall(`DynamoDB_20120810.${action}`, 'dynamodb', '1.0', body, DEADLINE_MS.getItem),

    /** Adds to the request counts of a rollout; never repeated, since a repeat would count twice. */
    async addCounts(table: string, key: Key, counted: CountedRequest): Promise<void> {
      const sums = Object.entries(counted.sums ?? {});
      const bins = counted.bins.map((_, i) => `,#b${i} :r`).join('') + sums.map((_, i) => `,#s${i} :s${i}`).join('');
      const body = {
        TableName: table,
        Key: { PK: { S: key.PK }, SK: { S: key.SK } },
        UpdateExpression: `ADD #r :r,#e :e,#l :l${bins} SET #v=:v,#t=:t`,
        ExpressionAttributeNames: {
          ...{ '#r': 'requests', '#e': 'errors', '#l': 'latencyMsSum', '#v': 'version', '#t': 'rev' },
          ...Object.fromEntries(counted.bins.map((name, i) => [`#b${i}`, name])),
          ...Object.fromEntries(sums.map(([name], i) => [`#s${i}`, name])),
        },
        ExpressionAttributeValues: {
          ':r': { N: '1' },
          ':e': { N: String(counted.errors) },
          // more digits than DynamoDB's 38 would be refused
          ':l': { N: counted.latencyMs.toFixed(3) },
          ':v': { N: String(counted.version) },
          ':t': { N: String(counted.rev) },
          ...Object.fromEntries(sums.map(([, amount], i) => [`:s${i}`, { N: amount.toFixed(9) }])),
        },
      };
      await jsonCall('DynamoDB_20120810.UpdateItem', 'dynamodb', '1.0', body, DEADLINE_MS.updateItem);
    },

    /** Keeps an item of text and numbers; what was there of it goes on. */
    async keepItem(table: string, key: Key, fields: Readonly<Record<string, string | number>>): Promise<void> {
      const set = Object.entries(fields);
      const body = {
        TableName: table,
        Key: { PK: { S: key.PK }, SK: { S: key.SK } },
        UpdateExpression: `SET ${set.map((_, i) => `#${i}=:${i}`).join()}`,
        ExpressionAttributeNames: Object.fromEntries(set.map(([name], i) => [`#${i}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          set.map(([, value], i) => [`:${i}`, typeof value === 'number' ? { N: String(value) } : { S: value }]),
        ),
      };
      await jsonCall('DynamoDB_20120810.UpdateItem', 'dynamodb', '1.0', body, DEADLINE_MS.updateItem);
    },

    async getObject(ref: { bucket: string; key: string; versionId?: string }): Promise<Uint8Array> {
      const query = ref.versionId ? `?versionId=${encodeURIComponent(ref.versionId)}` : '';
      return withRetry(async () => {
        const init = { method: 'GET', deadlineMs: DEADLINE_MS.getObject };
        const response = await call('S3.GetObject', 's3', objectUrl(ref) + query, init);
        return new Uint8Array(await response.arrayBuffer());
      });
    },

    async invokeEndpoint(
      endpointName: string,
      request: { readonly csv: string; readonly inferenceId: string; readonly deadlineMs: number },
    ): Promise<{ contentType: string; text: string }> {
      const headers = {
        'content-type': 'text/csv',
        accept: 'text/csv',
        'x-amzn-sagemaker-inference-id': request.inferenceId,
      };
      const url = `${host('runtime.sagemaker')}/endpoints/${endpointName}/invocations`;
      const init = { method: 'POST', headers, body: request.csv, deadlineMs: request.deadlineMs };
      const response = await call('SageMaker.InvokeEndpoint', 'sagemaker', url, init);
      return { contentType: response.headers.get('content-type') ?? 'text/csv', text: await response.text() };
    },

    async sendMessage(queueUrl: string, text: string): Promise<void> {
      const body = { QueueUrl: queueUrl, MessageBody: text };
      await jsonCall('AmazonSQS.SendMessage', 'sqs', '1.0', body, DEADLINE_MS.sendMessage);
    },

    async putRecord(stream: string, line: string): Promise<void> {
      const body = { DeliveryStreamName: stream, Record: { Data: Buffer.from(line).toString('base64') } };
      await jsonCall('Firehose_20150804.PutRecord', 'firehose', '1.1', body, DEADLINE_MS.putRecord);
    },
  };
}

export interface CountedRequest {
  readonly version: number;
  /** Of the traffic item that it was routed by. */
  readonly rev: number;
  readonly errors: 0 | 1;
  readonly latencyMs: number;
  /** Attributes of the bins that it falls into, one of each histogram. */
  readonly bins: readonly string[];
  /** Amounts to add to other attributes. */
  readonly sums?: Readonly<Record<string, number>>;
}

/** One more try for what a second one may cure: the network, a time-out, 429 and 5xx. */
async function withRetry<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      const final = error instanceof AwsCallError && error.status < 500 && error.status !== 429;
      if (final || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/** From the header, or the `__type` or `Code` of a JSON body; never the message, which may quote the payload. */
async function errorCode(response: Response): Promise<string> {
  const header = response.headers.get('x-amzn-errortype');
  const text = await response.text().catch(() => '');
  if (header) return header.split(':')[0] as string;
  const code = /"(?:__type|Code|code)"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
  return code?.split('#').at(-1) ?? 'Unknown';
}
