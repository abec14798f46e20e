import type { RequestIdentity } from '../../domain/access/caller.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { PlatformError } from '../../domain/errors.ts';
import { findNonFinite } from '../../domain/inference/json-pointer.ts';
import { AwsCallError } from './aws.ts';

/** The parts of an API Gateway REST proxy event the router reads. */
export interface ProxyEvent {
  readonly httpMethod: string;
  /** The route's own path: `/v2/{proxy+}`. */
  readonly resource?: string;
  readonly path: string;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: RequestIdentity | null;
  /** What the body may have at most, where it did not come through the gateway. @default MAX_BODY_BYTES */
  readonly maxBytes?: number;
}

export interface ProxyResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What Lambda takes and gives at most, in bytes. */
export const MAX_BODY_BYTES = 6_291_456;

/** An answer other than 200, worded for the caller. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** @throws HttpError 405 */
export function allow(event: ProxyEvent, method: string): void {
  if (event.httpMethod === method) return;
  throw new HttpError(405, `${event.httpMethod} is not possible here, only ${method}`, { allow: method });
}

export const notFound = (event: ProxyEvent) => new HttpError(404, `there is no ${event.path}`);

/** @throws HttpError 404 */
export function versionNumber(text: string | undefined): number {
  if (text !== undefined && /^[1-9][0-9]{0,9}$/.test(text)) return Number(text);
  throw new HttpError(404, `a version is a whole number from 1 on, got ${JSON.stringify(text ?? '')}`);
}

export function respond(statusCode: number, value: unknown, headers: Record<string, string> = {}): ProxyResponse {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** RFC 9457 problem details, without the title: a phrase for each status would only repeat it. */
export function respondProblem({ status, message, headers }: HttpError, problems?: readonly string[]): ProxyResponse {
  const problem = { type: 'about:blank', status, detail: message };
  return respond(
    status,
    { ...problem, ...(problems ? { problems } : {}) },
    { ...headers, 'content-type': 'application/problem+json' },
  );
}

export function header(event: ProxyEvent, name: string): string | undefined {
  const found = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}

/** Lower case, without parameters. @throws HttpError 415 for a charset other than utf-8 */
export function contentType(event: ProxyEvent): string {
  const [type = '', ...parameters] = (header(event, 'content-type') ?? 'application/json').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (charset && !/^charset="?utf-8"?$/.test(charset)) throw new HttpError(415, `${charset} is not utf-8`);
  return type.trim();
}

/** @throws HttpError 400 for bytes that are no UTF-8, 413 */
export function readText(event: ProxyEvent): string {
  const text = event.isBase64Encoded ? utf8(Buffer.from(event.body ?? '', 'base64')) : (event.body ?? '');
  checkSize('the request', text, event.maxBytes);
  return text;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // replacement characters would make other values of what was sent
    throw new HttpError(400, 'body: text in UTF-8 expected, got other bytes');
  }
}

/** @throws HttpError 413, 415, 501 or 400 */
export function readJsonBody(event: ProxyEvent): unknown {
  const type = contentType(event);
  if (type !== 'application/json') throw new HttpError(415, `content type ${type} is not application/json`);
  if (header(event, 'inference-header-content-length') !== undefined) {
    throw new HttpError(501, 'the binary tensor data extension is not supported');
  }
  const text = readText(event);
  try {
    return JSON.parse(text);
  } catch {
    const { pointer = '', token } = findNonFinite(text) ?? {};
    const seen = text.trim() === '' ? ', got nothing' : token === undefined ? '' : `, got ${token}`;
    const problem = `JSON expected (NaN and Infinity are not JSON; a missing value is null)${seen}`;
    throw new HttpError(400, `${pointer || 'body'}: ${problem}`);
  }
}

/** @throws HttpError 413 */
export function checkSize(what: string, text: string, maxBytes = MAX_BODY_BYTES): void {
  // a string has at most three bytes of UTF-8 per unit
  if (text.length * 3 <= maxBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw new HttpError(413, `${what} has ${bytes} bytes, at most ${maxBytes} are possible`);
}

/** Status and message for whatever went wrong; messages of our own making only, so none carries a payload. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof InvalidInputError) return new HttpError(400, error.message);
  if (isTimeout(error)) return new HttpError(504, 'the model did not answer in time');
  if (error instanceof AwsCallError) return fromAws(error);
  // a damaged artifact or a model that answers nonsense is not the caller's fault
  if (error instanceof PlatformError) return new HttpError(500, error.message);
  return new HttpError(500, 'internal error');
}

function fromAws({ status, code }: AwsCallError): HttpError {
  if (status === 429 || /^(?:Throttl|ProvisionedThroughput|RequestLimit|TooManyRequests)/.test(code)) {
    return new HttpError(429, 'too many requests for this model', { 'retry-after': '1' });
  }
  if (status === 413) return new HttpError(413, 'the request is too large for the endpoint of this model');
  // 424: the container answered, with an error of its own
  if (status === 424) return new HttpError(500, 'the model failed');
  return new HttpError(503, 'the model is not ready', { 'retry-after': '1' });
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
