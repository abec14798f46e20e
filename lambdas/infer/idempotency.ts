import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type Claimed,
  isIdempotencyKey,
  LEASE_MS,
  MAX_KEPT_BYTES,
  REPLAYED_MS,
  repetitionOf,
} from '../../domain/inference/idempotency.ts';
import { keys } from '../../domain/registry/keys.ts';
import { logger } from '../runtime/logger.ts';
import { type Aws, AwsCallError } from './aws.ts';
import { HttpError, type ProxyEvent, type ProxyResponse } from './http.ts';

export interface IdempotencyDeps {
  readonly aws: Pick<Aws, 'dynamo'>;
  readonly table: string;
  readonly principal: string | undefined;
  readonly now: () => Date;
}

/** Loaded with the first request that has a key. What one caller did with a key is nothing to any other. */
export async function answerOnce(
  event: ProxyEvent,
  key: string,
  deps: IdempotencyDeps,
  answer: () => Promise<ProxyResponse>,
): Promise<ProxyResponse> {
  const { principal } = deps;
  if (!isIdempotencyKey(key)) {
    throw new HttpError(400, `idempotency-key: 1 to 255 visible ASCII characters expected, got ${key.length}`);
  }
  if (principal === undefined) throw new HttpError(400, 'idempotency-key: the request has no identity to hold it for');
  const request = digestOf(event);
  const claims = claimStore(keys.idempotency(sha256(`${principal}\n${key}`)), deps);
  const owner = crypto.randomUUID();
  const claimed = await claims.claim(request, owner).catch(unavailable);
  if (claimed) return repeated(claimed, request);
  let response: ProxyResponse;
  try {
    response = await answer();
  } catch (error) {
    // nothing was answered: the same key may try again at once
    await claims.release(owner).catch(unsettled);
    throw error;
  }
  // the answer is there, whether or not it can be kept
  await claims.keep(owner, response).catch(unsettled);
  return response;
}

function repeated(claimed: Claimed, request: string): ProxyResponse {
  const repetition = repetitionOf(claimed, request);
  if (repetition.kind === 'conflict') {
    const { why, retryAfterSeconds } = repetition;
    throw new HttpError(409, `idempotency-key: ${why}`, {
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    });
  }
  const { status, headers, body } = repetition.answer;
  return {
    statusCode: status,
    headers: { ...headers, 'idempotency-replayed': 'true' },
    body: gunzipSync(body).toString('utf8'),
  };
}

/** Whatever decides how a request is answered; not when it was sent or by which program. */
function digestOf({ httpMethod, path, headers, body, isBase64Encoded }: ProxyEvent): string {
  const telling = Object.entries(headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name === 'content-type' || name === 'accept' || name.startsWith('x-amzn-sagemaker-'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(JSON.stringify([httpMethod, path, telling, isBase64Encoded === true, body ?? '']));
}

/** One item per principal and key. */
function claimStore(key: { readonly PK: string; readonly SK: string }, { aws, table, now }: IdempotencyDeps) {
  const item = { TableName: table, Key: { PK: { S: key.PK }, SK: { S: key.SK } } };
  const number = (value: number) => ({ N: String(value) });

  const update = (owner: string, expression: string, names: object, values: object) =>
    aws.dynamo('UpdateItem', {
      ...item,
      UpdateExpression: expression,
      ConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner', ...names },
      ExpressionAttributeValues: { ':o': { S: owner }, ...values },
    });

  return {
    /** @returns undefined when the key is the caller's now; otherwise what is known of it. */
    async claim(request: string, owner: string): Promise<Claimed | undefined> {
      const at = now().getTime();
      const claiming = {
        ...item,
        UpdateExpression: 'SET #t = :t, #r = :r, #o = :o, #l = :l, #x = :x REMOVE #s, #h, #b',
        // an item may be there for days after it has expired
        ConditionExpression: 'attribute_not_exists(PK) OR #x < :now OR (attribute_not_exists(#s) AND #l < :ms)',
        ExpressionAttributeNames: {
          ...{ '#t': 'type', '#r': 'request', '#o': 'owner', '#l': 'leaseUntil', '#x': 'ttl' },
          ...{ '#s': 'status', '#h': 'headers', '#b': 'body' },
        },
        ExpressionAttributeValues: {
          ...{ ':t': { S: 'idempotency' }, ':r': { S: request }, ':o': { S: owner } },
          ...{ ':l': number(at + LEASE_MS), ':x': number(Math.ceil((at + REPLAYED_MS) / 1_000)) },
          ...{ ':now': number(Math.floor(at / 1_000)), ':ms': number(at) },
        },
      };
      try {
        await aws.dynamo('UpdateItem', claiming);
        return undefined;
      } catch (error) {
        if (!isRefused(error)) throw error;
        const found = await aws.dynamo('GetItem', { ...item, ConsistentRead: true });
        // gone between the refusal and the look: whoever had it has just let it go
        return found.Item ? toClaimed(found.Item as Item) : { request, leaseUntil: at };
      }
    },

    async keep(owner: string, { statusCode, headers, body }: ProxyResponse): Promise<void> {
      const bytes = gzipSync(body);
      const kept = bytes.byteLength <= MAX_KEPT_BYTES;
      await update(
        owner,
        `SET #s = :s, #h = :h${kept ? ', #b = :b' : ''}`,
        { '#s': 'status', '#h': 'headers', ...(kept && { '#b': 'body' }) },
        {
          ':s': number(statusCode),
          ':h': { S: JSON.stringify(headers) },
          ...(kept && { ':b': { B: bytes.toString('base64') } }),
        },
      );
    },

    async release(owner: string): Promise<void> {
      await update(owner, 'SET #l = :l', { '#l': 'leaseUntil' }, { ':l': number(0) });
    },
  };
}

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly B?: string } | undefined>>;

function toClaimed({ request, leaseUntil, status, headers, body }: Item): Claimed {
  return {
    request: request?.S ?? '',
    leaseUntil: Number(leaseUntil?.N ?? 0),
    ...(status?.N !== undefined && {
      answer: {
        status: Number(status.N),
        headers: JSON.parse(headers?.S ?? '{}') as Record<string, string>,
        ...(body?.B !== undefined && { body: Buffer.from(body.B, 'base64') }),
      },
    }),
  };
}

const isRefused = (error: unknown): boolean =>
  error instanceof AwsCallError && error.code === 'ConditionalCheckFailedException';

/** Without the store nobody can say whether the request was answered before; nothing was done, so it may be sent again. */
function unavailable(error: unknown): never {
  logger.warn('idempotency-unavailable', { error: error instanceof Error ? error.name : 'unknown' });
  throw new HttpError(503, 'idempotency-key: keys cannot be looked up at the moment', { 'retry-after': '1' });
}

/** The key stays claimed until its lease is over. */
function unsettled(error: unknown): void {
  logger.warn('idempotency-unsettled', { error: error instanceof Error ? error.name : 'unknown' });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
