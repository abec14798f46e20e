import { SFNClient } from '@aws-sdk/client-sfn';
import { AwsClient } from 'aws4fetch';
import type * as z from 'zod';
import { type Client, createClient } from '../client/index.ts';
import { InvalidInputError, UnavailableError } from '../domain/common-errors.ts';
import { type LocalPlatform, readLocal } from '../local/state.ts';
import type { CommandContext } from './command.ts';

/** The part of the API that calls go to. */
export type ApiRoot = 'registry' | 'feedback';

/** The API, as commands use it. Paths are below its root, `/registry/` unless said otherwise, each part already encoded. */
export interface RegistryClient {
  get<S extends z.ZodType>(path: string, schema: S, query?: Record<string, string | number>): Promise<z.infer<S>>;
  post<S extends z.ZodType>(path: string, body: unknown, schema: S): Promise<z.infer<S>>;
}

/** The registry API refused a call; the message says why in its own words. */
export class RegistryApiError extends Error {
  override readonly name = 'RegistryApiError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Longer than API Gateway waits for an answer. */
const TIMEOUT_MS = 31_000;
const SERVICE = 'execute-api';

interface Api {
  readonly url: string;
  readonly sign: (url: string, init: RequestInit) => Promise<Request>;
}

/** Options every command that talks to the registry takes. */
export const apiOptions = { 'api-url': { type: 'string' } } as const;

/**
 * Where the registry is: `--api-url`, else MILLRACE_API_URL, else the local platform of the project. Calls are signed with
 * the AWS credentials of the environment or profile; the local platform's API takes any. With MILLRACE_API_TOKEN set they
 * carry that token instead, for an API with a JWT issuer.
 */
export function connect(context: Connecting, root: ApiRoot = 'registry'): RegistryClient {
  return registryClient(apiOf(context), root);
}

/** The same API, for predictions and labels. */
export function connectClient(context: Connecting): Client {
  const { url, sign } = apiOf(context);
  const send = async (request: Request) => {
    const { method, headers, signal } = request;
    const body = method === 'GET' ? {} : { body: await request.text() };
    const signed = await sign(request.url, { method, headers: Object.fromEntries(headers), ...body });
    return fetch(signed, { signal });
  };
  return createClient({ baseUrl: url, fetch: send });
}

type Connecting = Pick<CommandContext, 'options' | 'io' | 'dir'>;

function apiOf({ options, io, dir }: Connecting): Api {
  const given = options['api-url'] ?? io.env.MILLRACE_API_URL;
  const local = readLocal(dir);
  const url = typeof given === 'string' && given !== '' ? given : local?.apiUrl;
  if (!url) {
    throw new InvalidInputError([
      'there is no registry API to talk to: start one with millrace up, or name one with --api-url or MILLRACE_API_URL',
    ]);
  }
  if (!URL.canParse(url)) throw new InvalidInputError([`the API's URL must be a URL, got ${url}`]);
  const token = io.env.MILLRACE_API_TOKEN;
  return { url: url.replace(/\/+$/, ''), sign: token ? bearer(token) : signer(url, local) };
}

const bearer =
  (token: string): Api['sign'] =>
  async (url, init) =>
    new Request(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

function signer(apiUrl: string, local: LocalPlatform | undefined): Api['sign'] {
  return async (url, init) => {
    const isLocal = local !== undefined && apiUrl === local.apiUrl;
    const keys = isLocal
      ? { accessKeyId: 'test', secretAccessKey: 'test', region: local.region }
      : await awsCredentials(apiUrl);
    // a call that changes something is not repeated behind the caller's back
    return new AwsClient({ ...keys, service: SERVICE, retries: 0 }).sign(url, init);
  };
}

/** Credentials and region as every AWS SDK finds them; the region of an API in AWS is in its own URL. */
async function awsCredentials(apiUrl: string) {
  const { config } = new SFNClient();
  const region = /\.execute-api\.([a-z0-9-]+)\./.exec(new URL(apiUrl).host)?.[1] ?? (await config.region());
  return { ...(await config.credentials()), region };
}

export function registryClient({ url, sign }: Api, root: ApiRoot = 'registry'): RegistryClient {
  async function call<S extends z.ZodType>(path: string, init: RequestInit, schema: S): Promise<z.infer<S>> {
    const request = await sign(`${url}/${root}/${path}`, init);
    let response: Response;
    let text: string;
    try {
      response = await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      text = await response.text();
    } catch (cause) {
      const reason = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : '';
      throw new UnavailableError(`the registry API at ${url} does not answer: ${reason}`, { cause });
    }
    if (!response.ok) throw new RegistryApiError(response.status, explain(response.status, text));
    return schema.parse(JSON.parse(text));
  }
  return {
    get(path, schema, query = {}) {
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      );
      return call(search.size > 0 ? `${path}?${search}` : path, { method: 'GET' }, schema);
    },
    post: (path, body, schema) =>
      call(
        path,
        { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
        schema,
      ),
  };
}

interface Refusal {
  readonly detail?: string;
  /** The Open Inference Protocol's. */
  readonly error?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly problems?: readonly (string | { path: string; message: string; seen: string; allowed: string })[];
}

function explain(status: number, text: string): string {
  let refusal: Refusal = {};
  try {
    refusal = JSON.parse(text) as Refusal;
  } catch {
    // an answer from before the registry: a proxy's page, say
  }
  const {
    detail = refusal.error ?? refusal.message ?? refusal.Message ?? `the registry API answered ${status}`,
    problems = [],
  } = refusal;
  const found = problems.flatMap((problem) =>
    typeof problem === 'string'
      ? []
      : [`${problem.path || 'spec'}: ${problem.message} (seen ${problem.seen}; allowed: ${problem.allowed})`],
  );
  return [detail, ...found].join('\n  ');
}

/** Joins parts into a path below the API's root. */
export const pathTo = (...parts: readonly (string | number)[]): string =>
  parts.map((part) => encodeURIComponent(String(part))).join('/');
