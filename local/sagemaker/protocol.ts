import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod';

/** Shapes that SageMaker models with a capital `Message`; the generic ones use `message`. */
const CAPITAL_MESSAGE = new Set([
  'ResourceInUse',
  'ResourceNotFound',
  'ResourceLimitExceeded',
  'ConflictException',
  'ModelError',
  'ValidationError',
  'InternalFailure',
]);

/** An error in SageMaker's own shape: `type` is what a client sees as the exception's name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly type: string;
  readonly status: number;
  readonly extra: Record<string, unknown>;

  constructor(type: string, message: string, status = 400, extra: Record<string, unknown> = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.extra = extra;
  }
}

export const validationException = (message: string): AwsError => new AwsError('ValidationException', message);
export const resourceInUse = (message: string): AwsError => new AwsError('ResourceInUse', message);
export const resourceLimitExceeded = (message: string): AwsError => new AwsError('ResourceLimitExceeded', message);
export const resourceNotFound = (): AwsError => new AwsError('ResourceNotFound', 'Requested resource not found.');

export function sendJson(response: ServerResponse, body: unknown): void {
  const payload = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': payload.length });
  response.end(payload);
}

export function sendError(response: ServerResponse, error: AwsError, contentType: string): void {
  const message = CAPITAL_MESSAGE.has(error.type) ? { Message: error.message } : { message: error.message };
  const payload = Buffer.from(JSON.stringify({ __type: error.type, ...message, ...error.extra }));
  response.writeHead(error.status, {
    'content-type': contentType,
    'content-length': payload.length,
    'x-amzn-errortype': error.type,
  });
  response.end(payload);
}

/**
 * Reads a request body of at most `limitBytes`.
 * @returns undefined if the body is larger; the rest of it is drained, so that the client can read the answer
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
  }
  return size > limitBytes ? undefined : Buffer.concat(chunks);
}

/** Parses a control-plane input strictly; what is wrong or unsupported is named as SageMaker names it. */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, input));
  const plural = problems.length === 1 ? 'error' : 'errors';
  throw validationException(`${problems.length} validation ${plural} detected: ${problems.join('; ')}`);
}

type Issue = z.core.$ZodIssue;

function describeIssue(issue: Issue, input: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) =>
        `${[...issue.path, key].join('.')} is not supported by the local SageMaker (docs/local-support.md lists what is)`,
    );
  }
  const value = valueAt(input, issue.path);
  const where = issue.path.map((part) => (typeof part === 'string' ? lowerFirst(part) : `${String(part)}.member`));
  const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return [`Value '${shown}' at '${where.join('.')}' failed to satisfy constraint: ${constraint(issue, value)}`];
}

function constraint(issue: Issue, value: unknown): string {
  if (value === undefined || value === null) return 'Member must not be null';
  switch (issue.code) {
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${String(issue.pattern ?? '').replace(/^\/\^?|\$?\/$/g, '')}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}] (what the local SageMaker supports)`;
    case 'too_big':
      return issue.origin === 'string'
        ? `Member must have length less than or equal to ${issue.maximum}`
        : `Member must have value less than or equal to ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'string'
        ? `Member must have length greater than or equal to ${issue.minimum}`
        : `Member must have value greater than or equal to ${issue.minimum}`;
    default:
      return issue.message;
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value === null || value === undefined ? undefined : (value as Record<PropertyKey, unknown>)[key]),
    input,
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
