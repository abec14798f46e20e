import type { OutgoingHttpHeaders } from 'node:http';
import type { Context } from './context.ts';
import type { Model } from './models.ts';
import { AwsError } from './protocol.ts';
import type { ProductionVariant } from './schemas/hosting.ts';
import { type ContainerAnswer, InvocationTimeoutError, type ServingProcess, startServing } from './serving.ts';

/** Serverless containers must be ready in 3 minutes, whatever the setting. */
const SERVERLESS_PING_TIMEOUT_MS = 180_000;
const GONE_WITHIN_MS = 1_000;

/** One production variant: a container that is started when needed and again after a crash. */
export class EndpointVariant {
  readonly name: string;
  readonly weight: number;
  readonly serverless: boolean;
  readonly #context: Context;
  readonly #variant: ProductionVariant;
  readonly #model: Model;
  readonly #folder: string;
  readonly #stop = new AbortController();
  #starting: Promise<ServingProcess> | undefined;
  #inFlight = 0;

  constructor(context: Context, variant: ProductionVariant, model: Model, folder: string) {
    this.name = variant.VariantName;
    this.weight = variant.InitialVariantWeight ?? 1;
    this.serverless = variant.ServerlessConfig !== undefined;
    this.#context = context;
    this.#variant = variant;
    this.#model = model;
    this.#folder = folder;
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** The running container; callers that come while it starts share the start. */
  async ensure(): Promise<ServingProcess> {
    const known = this.#starting;
    const current = await known;
    if (current?.running) return current;
    if (this.stopped) throw new Error('the endpoint is being stopped');
    if (this.#starting === known) this.#starting = undefined;
    this.#starting ??= startServing(this.#context, {
      model: this.#model,
      folder: this.#folder,
      pingTimeoutMs: this.#pingTimeoutMs(),
      title: `primary container for production variant ${this.name}`,
      signal: this.#stop.signal,
    }).catch((error) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** @throws AwsError ThrottlingException beyond the concurrency of a serverless variant */
  async invoke(
    body: Buffer,
    headers: OutgoingHttpHeaders,
    timeoutMs = this.#context.timings.invocationTimeoutMs,
  ): Promise<ContainerAnswer> {
    const most = this.#variant.ServerlessConfig?.MaxConcurrency;
    if (most !== undefined && this.#inFlight >= most) {
      throw new AwsError(
        'ThrottlingException',
        `Rate exceeded: the variant ${this.name} allows ${most} concurrent invocations`,
        429,
      );
    }
    this.#inFlight += 1;
    try {
      return await this.#invokeOnce(body, headers, timeoutMs);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const serving = await this.#starting?.catch(() => undefined);
    await serving?.stop(this.#context.timings.servingStopGraceMs);
  }

  async #invokeOnce(body: Buffer, headers: OutgoingHttpHeaders, timeoutMs: number): Promise<ContainerAnswer> {
    const serving = await this.ensure();
    try {
      return await this.#send(serving, body, headers, timeoutMs);
    } catch (error) {
      // refused means that no container saw the request: it has died since, and a fresh one may have it
      const refused = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
      if (!refused || this.stopped || serving.running) throw error;
      return this.#send(await this.ensure(), body, headers, timeoutMs);
    }
  }

  async #send(
    serving: ServingProcess,
    body: Buffer,
    headers: OutgoingHttpHeaders,
    timeoutMs: number,
  ): Promise<ContainerAnswer> {
    try {
      return await serving.invoke(body, headers, timeoutMs);
    } catch (error) {
      // a broken connection is the first that is seen of a container that dies: the next call must not meet it
      if (!(error instanceof InvocationTimeoutError)) await serving.gone(GONE_WITHIN_MS);
      throw error;
    }
  }

  #pingTimeoutMs(): number {
    if (this.serverless) return Math.min(SERVERLESS_PING_TIMEOUT_MS, this.#context.timings.pingTimeoutMs);
    const own = this.#variant.ContainerStartupHealthCheckTimeoutInSeconds;
    return own === undefined ? this.#context.timings.pingTimeoutMs : own * 1000;
  }
}
