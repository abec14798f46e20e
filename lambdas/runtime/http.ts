import * as z from 'zod';
import { callerOf, mayUse } from '../../domain/access/caller.ts';
import { ForbiddenError, InvalidInputError } from '../../domain/common-errors.ts';
import { type ErrorKind, PlatformError } from '../../domain/errors.ts';

/** The parts of an API Gateway REST proxy event that Millrace reads. */
export const RestEvent = z.object({
  httpMethod: z.string(),
  path: z.string(),
  /** The route's own path: `/registry/{proxy+}`. */
  resource: z.string().optional(),
  pathParameters: z.record(z.string(), z.string()).nullish(),
  queryStringParameters: z.record(z.string(), z.string()).nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z
    .object({
      requestId: z.string().optional(),
      domainName: z.string().optional(),
      stage: z.string().optional(),
      identity: z.object({ userArn: z.string().nullish() }).loose().optional(),
      authorizer: z.object({ principalId: z.string().optional() }).loose().nullish(),
    })
    .loose()
    .default({}),
});
export type RestEvent = z.infer<typeof RestEvent>;

export interface RestResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): RestResponse {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

const STATUS = { invalid: 400, forbidden: 403, 'not-found': 404, conflict: 409, unavailable: 503 } satisfies Record<
  ErrorKind,
  number
>;

/** RFC 9457 problem details for what we foresee; anything else is rethrown, so that Lambda counts it. */
export function toHttpError(error: unknown): RestResponse {
  if (!(error instanceof PlatformError)) throw error;
  const problem = {
    type: 'about:blank',
    title: error.name,
    status: STATUS[error.kind],
    detail: error.message,
    ...(error instanceof InvalidInputError ? { problems: error.problems } : {}),
  };
  return json(problem.status, problem, {
    ...(error.kind === 'unavailable' && { 'retry-after': '1' }),
    'content-type': 'application/problem+json',
  });
}

/** Who is calling, for the audit trail. */
export const caller = (event: RestEvent): string => callerOf(event.requestContext).principal ?? 'anonymous';

/** @param model undefined for what is about all models. @throws ForbiddenError for a token that does not cover it */
export function requireAccess(event: Pick<RestEvent, 'requestContext'>, model: string | undefined): void {
  const allowed = callerOf(event.requestContext);
  if (model === undefined ? allowed.models === '*' : mayUse(allowed, model)) return;
  throw new ForbiddenError(model === undefined ? 'every model' : `model ${model}`);
}
