/** One thing wrong with a request. */
export interface ApiProblem {
  /** JSON pointer (RFC 6901) into what was sent; empty for the whole of it. */
  readonly pointer: string;
  readonly message: string;
  /** Index of the row it is about, of the rows that were given. */
  readonly row?: number;
  /** The column it is about. */
  readonly column?: string;
}

const KINDS = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  422: 'invalid',
  429: 'throttled',
  503: 'unavailable',
  504: 'timeout',
} as const;

export type ApiErrorKind = (typeof KINDS)[keyof typeof KINDS] | 'failed';

/** The API refused or failed; the message is its own. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly kind: ApiErrorKind;
  readonly problems: readonly ApiProblem[];
  /** When to try again, if the API says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    message: string,
    more: { readonly problems?: readonly ApiProblem[]; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.kind = (KINDS as Readonly<Record<number, ApiErrorKind>>)[status] ?? 'failed';
    this.problems = more.problems ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** Nobody answered, or not in time: whether the request was taken is unknown. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

interface Refusal {
  readonly detail?: unknown;
  readonly error?: unknown;
  readonly message?: unknown;
  readonly problems?: unknown;
}

/** Reads problem details, the Open Inference Protocol's `error`, or what a proxy says. */
export function apiErrorOf(response: Pick<Response, 'status' | 'headers'>, text: string): ApiError {
  let refusal: Refusal = {};
  try {
    refusal = JSON.parse(text) ?? {};
  } catch {
    // a page of a proxy
  }
  const said = [refusal.detail, refusal.error, refusal.message].find((one) => typeof one === 'string' && one !== '');
  const message = typeof said === 'string' ? said : `the API answered ${response.status}`;
  const listed = Array.isArray(refusal.problems) ? refusal.problems.map(String) : message.split(/; (?=\/|body: )/);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(response.status, message, {
    problems: listed.flatMap(problemOf),
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}

function problemOf(text: string): ApiProblem[] {
  const [, pointer, message] = /^(\/[^:\s]*|body): (.*)$/s.exec(text) ?? [];
  if (pointer === undefined || message === undefined) return [];
  return [{ pointer: pointer === 'body' ? '' : pointer, message }];
}
