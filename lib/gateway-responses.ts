import { type ResponseType as GatewayResponseType, ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

type Headers = Readonly<Record<string, string>>;

const RETRY = { 'Retry-After': "'1'" };
/** A day's quota is over until the day is. */
const RETRY_LATER = { 'Retry-After': "'3600'" };

/** Answers that the gateway gives by itself: what, status, what is said (else the gateway's own words), headers. */
const ANSWERS: readonly (readonly [string, GatewayResponseType, number, string?, Headers?])[] = [
  ['Unauthorized', ResponseType.UNAUTHORIZED, 401, 'no valid token', { 'WWW-Authenticate': "'Bearer'" }],
  ['NoSignature', ResponseType.MISSING_AUTHENTICATION_TOKEN, 401, 'the request is not signed'],
  ['InvalidSignature', ResponseType.INVALID_SIGNATURE, 401],
  ['ExpiredToken', ResponseType.EXPIRED_TOKEN, 401],
  ['AccessDenied', ResponseType.ACCESS_DENIED, 403],
  ['InvalidApiKey', ResponseType.INVALID_API_KEY, 403, 'x-api-key: the key of a consumer expected'],
  ['TooLarge', ResponseType.REQUEST_TOO_LARGE, 413],
  ['Throttled', ResponseType.THROTTLED, 429, 'too many requests', RETRY],
  ['QuotaExceeded', ResponseType.QUOTA_EXCEEDED, 429, 'the quota of this consumer is used up for today', RETRY_LATER],
  ['IntegrationTimeout', ResponseType.INTEGRATION_TIMEOUT, 504, 'no answer in time'],
  ['IntegrationFailure', ResponseType.INTEGRATION_FAILURE, 503, 'not ready', RETRY],
];

/**
 * Problem details (RFC 9457) for what never reaches a function; `error` says the same to clients of the Open Inference Protocol.
 *
 * @param denied what is said with 403, a variable of the gateway
 */
export function addGatewayResponses(api: RestApi, denied: string): void {
  for (const [id, type, status, detail, headers = {}] of ANSWERS) {
    const says = type === ResponseType.ACCESS_DENIED ? denied : detail ? JSON.stringify(detail) : MESSAGE;
    api.addGatewayResponse(id, {
      type,
      statusCode: String(status),
      responseHeaders: { ...CONTENT_TYPE, ...headers },
      templates: { 'application/json': `{"type":"about:blank","status":${status},"detail":${says},"error":${says}}` },
    });
  }
  // of many statuses, which a template does not know
  for (const [id, type] of [
    ['Default4xx', ResponseType.DEFAULT_4XX],
    ['Default5xx', ResponseType.DEFAULT_5XX],
  ] as const) {
    api.addGatewayResponse(id, {
      type,
      responseHeaders: CONTENT_TYPE,
      templates: { 'application/json': `{"type":"about:blank","detail":${MESSAGE},"error":${MESSAGE}}` },
    });
  }
}

/** Quoted already. */
const MESSAGE = '$context.error.messageString';
const CONTENT_TYPE = { 'Content-Type': "'application/problem+json'" };

/** What is said with 403: by IAM, and by the check of tokens, which names the scope that is missing. */
export const DENIED = { iam: MESSAGE, jwt: '"$context.authorizer.reason"' } as const;
