import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { unpackArchive } from './archive.ts';
import { baseEnvironment, type Context } from './context.ts';
import { commandFor, resolveImage } from './images.ts';
import type { Model } from './models.ts';
import { ContainerProcess, delay, describeExit, freePort, unlessAborted } from './processes.ts';
import { parseS3Uri } from './s3.ts';

/** `/ping` must answer within 2 s. */
const PING_ANSWER_MS = 2_000;
const PING_INTERVAL_MS = { first: 20, most: 250 };

export interface ServeOptions {
  readonly model: Model;
  /** Holds the unpacked model and the log. */
  readonly folder: string;
  readonly environment?: Record<string, string>;
  readonly pingTimeoutMs: number;
  /** Names the container in failure reasons. */
  readonly title: string;
  readonly signal?: AbortSignal;
}

export interface ContainerAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The container did not answer in time. */
export class InvocationTimeoutError extends Error {
  override readonly name = 'InvocationTimeoutError';
}

/** A container that passed its health check and answers `/invocations` on a loopback port. */
export class ServingProcess {
  readonly #process: ContainerProcess;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(process: ContainerProcess, port: number) {
    this.#process = process;
    this.#port = port;
  }

  get running(): boolean {
    return this.#process.running;
  }

  async invoke(body: Buffer, headers: OutgoingHttpHeaders, timeoutMs: number): Promise<ContainerAnswer> {
    const options = { method: 'POST', path: '/invocations', headers: { ...headers, 'content-length': body.length } };
    try {
      return await this.#send(options, body, timeoutMs);
    } catch (error) {
      // a kept-alive connection may have been closed by the container while it was idle
      const stale = (error as { reusedSocket?: boolean }).reusedSocket && this.running;
      if (!stale || error instanceof InvocationTimeoutError) throw error;
      return this.#send({ ...options, agent: false }, body, timeoutMs);
    }
  }

  /** True if the process has ended, or ends within the time given: its socket closes a moment before it is gone. */
  async gone(withinMs: number): Promise<boolean> {
    await Promise.race([this.#process.exited, delay(withinMs)]);
    return !this.running;
  }

  /** @returns the status of `/ping`, or undefined if nothing answered */
  async ping(): Promise<number | undefined> {
    const answer = this.#send({ method: 'GET', path: '/ping', agent: false }, undefined, PING_ANSWER_MS);
    return answer.then(
      ({ status }) => status,
      () => undefined,
    );
  }

  async stop(graceMs: number): Promise<void> {
    this.#agent.destroy();
    await this.#process.terminate(graceMs);
  }

  #send(
    options: { method: string; path: string; headers?: OutgoingHttpHeaders; agent?: false },
    body: Buffer | undefined,
    timeoutMs: number,
  ): Promise<ContainerAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { agent: this.#agent, ...options, host: '127.0.0.1', port: this.#port },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', fail);
          response.on('end', () => {
            clearTimeout(timer);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
          });
        },
      );
      const timer = setTimeout(() => {
        request.destroy();
        reject(new InvocationTimeoutError(`no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(Object.assign(error, { reusedSocket: request.reusedSocket }));
      };
      request.on('error', fail);
      request.end(body);
    });
  }
}

/**
 * Unpacks the model and starts `IMAGE serve`.
 * @throws Error whose message is the FailureReason
 */
export async function startServing(context: Context, options: ServeOptions): Promise<ServingProcess> {
  const { Image, Environment } = options.model.PrimaryContainer;
  const root = join(options.folder, 'ml');
  await unpackModel(context, options, root);
  const image = resolveImage(Image, Environment);
  const { argv, cwd } = await unlessAborted(commandFor(context, image, 'serve'), options.signal);
  const port = await freePort();
  const container = new ContainerProcess({
    argv,
    cwd: cwd ?? root,
    env: {
      ...baseEnvironment(context),
      ...Environment,
      ...options.environment,
      SAGEMAKER_BIND_TO_PORT: String(port),
      MILLRACE_ML_ROOT: root,
    },
    logFile: join(options.folder, 'serving.log'),
  });
  const serving = new ServingProcess(container, port);
  try {
    await untilHealthy(serving, container, options);
    return serving;
  } catch (error) {
    await serving.stop(context.timings.servingStopGraceMs);
    throw error;
  }
}

async function untilHealthy(
  serving: ServingProcess,
  container: ContainerProcess,
  options: ServeOptions,
): Promise<void> {
  // a monotonic clock: the injected one stands still in tests
  const deadline = performance.now() + options.pingTimeoutMs;
  const failure = `The ${options.title} did not pass the ping health check`;
  for (let wait = PING_INTERVAL_MS.first; ; wait = Math.min(wait * 1.5, PING_INTERVAL_MS.most)) {
    if (!container.running) throw new Error(`${failure}: ${describeExit(await container.exited, container.tail)}`);
    if (options.signal?.aborted) throw new Error('stopped');
    if ((await serving.ping()) === 200) return;
    if (performance.now() > deadline) {
      throw new Error(
        `${failure} within ${options.pingTimeoutMs / 1000} seconds. ${container.tail && `Last output: ${container.tail}`}`.trim(),
      );
    }
    await Promise.race([delay(wait), container.exited]);
  }
}

/** Once per folder: a restart of the platform finds the model unpacked. */
async function unpackModel(context: Context, options: ServeOptions, root: string): Promise<void> {
  const ready = join(options.folder, 'model-unpacked');
  if (existsSync(ready)) return;
  rmSync(root, { recursive: true, force: true });
  const folder = join(root, 'model');
  mkdirSync(folder, { recursive: true });
  const url = options.model.PrimaryContainer.ModelDataUrl;
  if (url !== undefined) {
    const location = parseS3Uri(url);
    if (!(await context.objects.exists(location))) {
      throw new Error(
        `Failed to download model data for the ${options.title} from URL: "${url}". Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the object.`,
      );
    }
    await unpackArchive(await context.objects.read(location), folder).catch((error: Error) => {
      throw new Error(
        `Failed to extract model data archive for the ${options.title} from URL "${url}": ${error.message}`,
      );
    });
  }
  writeFileSync(ready, '');
}
