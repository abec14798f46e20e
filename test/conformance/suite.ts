import {
  type Check,
  type Exchange,
  Failed,
  isRecord,
  type Level,
  type Metadata,
  Skipped,
  type Tensor,
} from './check.ts';
import { isTensor } from './checks/answers.ts';
import { FAILURES } from './checks/failures.ts';
import { HEALTH } from './checks/health.ts';
import { INFERENCE } from './checks/inference.ts';
import { parseJson, writeJson } from './lossless-json.ts';

export const CHECKS: readonly Check[] = [...HEALTH, ...INFERENCE, ...FAILURES];

export interface Outcome {
  readonly id: string;
  readonly level: Level;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly says: string;
  /** What was expected, or why the check does not apply. */
  readonly why?: string;
  readonly exchange?: Exchange;
}

export interface Server {
  /** No slash at its end. */
  readonly url: string;
  readonly model: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default fetch */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

const DEADLINE_MS = 30_000;

/** Asks a server one thing after another. @throws TypeError when it cannot be reached at all */
export async function examine(server: Server, checks: readonly Check[] = CHECKS): Promise<Outcome[]> {
  const call = caller(server);
  const model = encodeURIComponent(server.model);
  const version = server.version === undefined ? '' : `/versions/${encodeURIComponent(server.version)}`;
  const base = `/v2/models/${model}${version}`;
  const described = await call('GET', base);
  const probe = { model: server.model, base, call, metadata: () => metadataOf(described) };
  const outcomes: Outcome[] = [];
  for (const { id, level, says, run } of checks) {
    try {
      await run(probe);
      outcomes.push({ id, level, status: 'passed', says });
    } catch (error) {
      if (error instanceof Skipped) outcomes.push({ id, level, status: 'skipped', says, why: error.message });
      else if (error instanceof Failed) {
        const { exchange } = error;
        outcomes.push({ id, level, status: 'failed', says, why: error.message, ...(exchange ? { exchange } : {}) });
      } else throw error;
    }
  }
  return outcomes;
}

function caller({ url, headers = {}, fetch: send = fetch }: Server) {
  return async (method: string, path: string, body?: unknown): Promise<Exchange> => {
    const sent = body === undefined || typeof body === 'string' ? body : writeJson(body);
    const response = await send(`${url}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      signal: AbortSignal.timeout(DEADLINE_MS),
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const answer = { method, path, status: response.status, contentType, text, body: bodyOf(text) };
    return sent === undefined ? answer : { ...answer, sent };
  };
}

function bodyOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** As far as requests can be made from it; the checks say whether it is right. */
function metadataOf(exchange: Exchange): Metadata {
  const { inputs, outputs, versions } = isRecord(exchange.body) ? exchange.body : {};
  if (
    exchange.status !== 200 ||
    !Array.isArray(inputs) ||
    !Array.isArray(outputs) ||
    ![...inputs, ...outputs].every(isTensor)
  )
    throw new Failed('metadata of the model, to make requests from', exchange);
  return {
    inputs: inputs as Tensor[],
    outputs: outputs as Tensor[],
    versions: Array.isArray(versions) ? versions.map(String) : [],
  };
}
