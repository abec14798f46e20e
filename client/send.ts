import { AwsClient } from 'aws4fetch';
import { apiErrorOf, ConnectionError } from './api-error.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

type Provided<T> = T | (() => T | Promise<T>);

export interface ClientOptions {
  /** Where the API is: the stack's output `ApiUrl`, or a domain of your own. */
  readonly baseUrl: string;
  /** For an API with IAM: signs requests. A function is asked before each request. */
  readonly credentials?: Provided<Credentials>;
  /** For an API with a token issuer. A function is asked before each request. */
  readonly token?: Provided<string>;
  /** @default read from `baseUrl`, if that is API Gateway's own */
  readonly region?: string;
  /** Of a consumer, where the API has any. */
  readonly apiKey?: string;
  /** Sends a request, for those who sign or trace by themselves. @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Of one request, in milliseconds. @default 31,000: API Gateway answers within 29 s */
  readonly timeoutMs?: number;
  /** How often one call may try again, all its requests together. @default 3 */
  readonly retries?: number;
}

const TIMEOUT_MS = 31_000;
const RETRIES = 3;
/** A wait that is longer, for a used-up quota, is the caller's to take. */
const MAX_WAIT_MS = 20_000;
const FIRST_WAIT_MS = 200;
const SERVICE = 'execute-api';

/** What one call may still spend on trying again. */
export interface Budget {
  retries: number;
}

export interface Sending {
  readonly method: 'GET' | 'POST';
  /** Below `baseUrl`, each part encoded. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A repetition does nothing twice. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly url: string;
  readonly body: unknown;
}

export type Send = (sending: Sending, budget: Budget) => Promise<Received>;

/** @throws TypeError for options that contradict each other */
export function makeSend(options: ClientOptions): { readonly send: Send; readonly budget: () => Budget } {
  const base = options.baseUrl.replace(/\/+$/, '');
  if (!URL.canParse(base)) throw new TypeError(`baseUrl must be a URL, got ${options.baseUrl}`);
  if (options.credentials && options.token) throw new TypeError('give credentials or a token, not both');
  const authorize = authorization(options, base);
  const exchange = options.fetch ?? ((request: Request) => fetch(request));

  async function once({ method, path, body, headers = {}, signal }: Sending): Promise<Received> {
    const url = URL.canParse(path) ? path : `${base}/${path}`;
    const init = {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const request = await authorize(url, init);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
    let response: Response;
    let text: string;
    try {
      response = await exchange(new Request(request, { signal: both }));
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      const reason = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : '';
      throw new ConnectionError(`${base} does not answer: ${reason}`, { cause });
    }
    if (!response.ok) throw apiErrorOf(response, text);
    return { status: response.status, headers: response.headers, url, body: JSON.parse(text) };
  }

  return {
    budget: () => ({ retries: options.retries ?? RETRIES }),
    async send(sending, budget) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await once(sending);
        } catch (error) {
          const waitMs = waitBefore(error, attempt, sending.repeatable);
          if (waitMs === undefined || budget.retries <= 0) throw error;
          budget.retries -= 1;
          await sleep(waitMs, sending.signal);
        }
      }
    },
  };
}

/** @returns milliseconds until another attempt; undefined when there is to be none */
export function waitBefore(error: unknown, attempt: number, repeatable: boolean): number | undefined {
  // half of it by chance, so that callers who were refused together do not come back together
  const backOffMs = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random() / 2);
  if (error instanceof ConnectionError) return repeatable ? backOffMs : undefined;
  const { status, retryAfterSeconds } = error as { status?: number; retryAfterSeconds?: number };
  const refused = status === 429 || status === 503;
  // 409 with a time is a key whose first request is still being answered; after 504 the request may have been taken
  const unknown = (status === 409 && retryAfterSeconds !== undefined) || status === 504;
  if (!refused && !(unknown && repeatable)) return undefined;
  const waitMs = Math.max(backOffMs, (retryAfterSeconds ?? 0) * 1_000);
  return waitMs > MAX_WAIT_MS ? undefined : waitMs;
}

function authorization(options: ClientOptions, base: string): (url: string, init: RequestInit) => Promise<Request> {
  const { credentials, token } = options;
  if (credentials) {
    const region = options.region ?? /\.execute-api\.([a-z0-9-]+)\./.exec(new URL(base).host)?.[1];
    if (region === undefined) throw new TypeError(`region must be given, since ${base} does not name one`);
    return async (url, init) => {
      const { accessKeyId, secretAccessKey, sessionToken } = await provided(credentials);
      const keys = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
      return new AwsClient({ ...keys, service: SERVICE, region, retries: 0 }).sign(url, init);
    };
  }
  return async (url, init) => {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${await provided(token)}` };
    return new Request(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...bearer } });
  };
}

const provided = <T>(value: Provided<T>): T | Promise<T> =>
  typeof value === 'function' ? (value as () => T | Promise<T>)() : value;

export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
