import { UnavailableError } from '../../domain/common-errors.ts';

/** What AWS services answer with status 400 although a later call may succeed. */
const THROTTLED =
  /^(Throttl|RequestLimitExceeded|RequestThrottled|TooManyRequests|ProvisionedThroughputExceeded|SlowDown)/;
const NETWORK: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** Whether a later call may succeed: throttling, the service's own faults, time-outs and the network. */
export function isTemporary(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, code, $metadata } = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 500 || status === 429 || THROTTLED.test(name) || /Timeout/.test(name) || NETWORK.has(code);
}

interface Client {
  readonly middlewareStack: { add(middleware: never, options: { step: 'initialize'; name: string }): void };
}

/** Makes what a client has retried without luck an UnavailableError, which state machines and queues try again. */
export function withUnavailable<C extends Client>(client: C): C {
  const middleware = (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
    try {
      return await next(args);
    } catch (cause) {
      if (!isTemporary(cause)) throw cause;
      const { name, message } = cause as Error;
      throw new UnavailableError(`${name}: ${message}`, { cause });
    }
  };
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: 'withUnavailable' });
  return client;
}
