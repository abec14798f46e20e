import { join } from 'node:path';
import { type AsyncRequest, AsyncRequests } from './async-requests.ts';
import type { Context } from './context.ts';
import type { EndpointVariant } from './endpoint-variant.ts';
import type { Endpoints } from './endpoints.ts';
import { modelFailure, pickVariant } from './model-errors.ts';
import { type AsyncNotification, NotificationPublisher } from './notifications.ts';
import { parseS3Uri } from './s3.ts';
import type { AsyncInferenceConfig } from './schemas/hosting.ts';
import type { ContainerAnswer } from './serving.ts';

/** SageMaker chooses when the configuration does not; here as many as a small machine bears. */
const DEFAULT_CONCURRENCY = 4;
/** InvokeEndpointAsync takes inputs of up to 1 GB. */
const MAX_INPUT_BYTES = 1024 ** 3;

/** A request that ends without an answer; the text is its failure reason. */
class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  /** What the container said, if it did. */
  readonly answer: ContainerAnswer | undefined;
  constructor(reason: string, answer?: ContainerAnswer) {
    super(reason);
    this.answer = answer;
  }
}

/** Works off the requests of asynchronous endpoints, each endpoint with a queue of its own. */
export class AsyncQueues {
  readonly #context: Context;
  readonly #endpoints: Endpoints;
  readonly #requests: AsyncRequests;
  readonly #notifications: NotificationPublisher;
  readonly #waiting = new Map<string, AsyncRequest[]>();
  readonly #busy = new Map<string, number>();
  readonly #underway = new Set<Promise<void>>();
  #stopped = false;

  constructor(context: Context, endpoints: Endpoints) {
    this.#context = context;
    this.#endpoints = endpoints;
    this.#requests = new AsyncRequests(join(context.stateDir, 'async-requests'));
    this.#notifications = new NotificationPublisher(context);
    endpoints.onRemoved((name) => {
      this.#waiting.delete(name);
      this.#requests.deleteAll(name);
    });
  }

  add(request: AsyncRequest): void {
    this.#requests.put(request);
    this.#enqueue(request);
  }

  /** What was not answered before the platform stopped is tried again. */
  recover(): void {
    for (const request of this.#requests.list()) this.#enqueue(request);
  }

  /** Requests that wait stay for the next start; those under way have lost their containers and do so too. */
  async shutdown(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#underway);
  }

  #enqueue(request: AsyncRequest): void {
    const queue = this.#waiting.get(request.endpointName) ?? [];
    this.#waiting.set(request.endpointName, queue);
    queue.push(request);
    this.#work(request.endpointName);
  }

  #work(name: string): void {
    const queue = this.#waiting.get(name) ?? [];
    const busy = this.#busy.get(name) ?? 0;
    const endpoint = this.#endpoints.asynchronous(name);
    const next = queue[0];
    if (this.#stopped || !next || !endpoint || busy >= concurrency(endpoint)) return;
    queue.shift();
    this.#busy.set(name, busy + 1);
    const work = this.#finish(next, endpoint)
      .catch((error: Error) => this.#context.log(`asynchronous request ${next.inferenceId}: ${error.stack}`))
      .finally(() => {
        this.#underway.delete(work);
        this.#busy.set(name, (this.#busy.get(name) ?? 1) - 1);
        this.#work(name);
      });
    this.#underway.add(work);
    this.#work(name);
  }

  async #finish(request: AsyncRequest, { config, variants }: AsyncEndpoint): Promise<void> {
    const { SuccessTopic, ErrorTopic } = config.OutputConfig.NotificationConfig ?? {};
    const about = describe(request);
    try {
      const { body, headers } = await this.#answer(request, variants);
      const contentType = headers['content-type'];
      await this.#context.objects.put(parseS3Uri(request.outputLocation), body, contentType);
      this.#requests.delete(request);
      const output = { location: request.outputLocation, contentType };
      if (SuccessTopic) {
        await this.#notifications.publish(SuccessTopic, { ...about, invocationStatus: 'Completed', output });
      }
    } catch (error) {
      if (this.#stopped) return;
      if (!(error instanceof RequestFailure)) throw error;
      const { answer, message: failureReason } = error;
      if (answer && request.failureLocation !== undefined) {
        const location = parseS3Uri(request.failureLocation);
        await this.#context.objects.put(location, answer.body, answer.headers['content-type']);
      }
      this.#requests.delete(request);
      if (ErrorTopic) {
        await this.#notifications.publish(ErrorTopic, { ...about, invocationStatus: 'Failed', failureReason });
      }
    }
  }

  /** @throws RequestFailure */
  async #answer(request: AsyncRequest, variants: readonly EndpointVariant[]): Promise<ContainerAnswer> {
    if (this.#context.now().getTime() - request.receivedAt > request.ttlMs) {
      throw new RequestFailure(`ClientError: the request expired after ${request.ttlMs / 1_000} seconds in the queue`);
    }
    const variant = pickVariant(variants);
    if (!variant) throw new RequestFailure('InternalServerError: the endpoint has no variant');
    const body = await this.#input(request);
    const answer = await variant.invoke(body, headersOf(request), request.timeoutMs).catch((error: Error) => {
      throw new RequestFailure(modelFailure(this.#context, variant, error).message);
    });
    if (answer.status >= 200 && answer.status <= 299) return answer;
    const said = answer.body.toString();
    const side = answer.status >= 500 ? 'server' : 'client';
    throw new RequestFailure(
      `ClientError: Received ${side} error (${answer.status}) from ${variant.name} with message "${said.slice(0, 1_024)}"`,
      answer,
    );
  }

  async #input({ inputLocation, inlineBody }: AsyncRequest): Promise<Buffer> {
    if (inputLocation === undefined) return Buffer.from(inlineBody ?? '', 'base64');
    const { objects } = this.#context;
    const location = parseS3Uri(inputLocation);
    const found = (await objects.list(location)).find(({ key }) => key === location.key);
    if (!found) throw new RequestFailure(`ClientError: there is no object at ${inputLocation}`);
    if (found.sizeBytes > MAX_INPUT_BYTES) {
      throw new RequestFailure(`ClientError: ${inputLocation} has more than ${MAX_INPUT_BYTES} bytes`);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of await objects.read(location)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
}

/** An asynchronous endpoint that is in service. */
export interface AsyncEndpoint {
  readonly config: AsyncInferenceConfig;
  readonly variants: readonly EndpointVariant[];
  readonly instances: number;
}

const concurrency = ({ config, instances }: AsyncEndpoint): number =>
  (config.ClientConfig?.MaxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENCY) * instances;

const describe = (request: AsyncRequest): Omit<AsyncNotification, 'invocationStatus'> => ({
  endpointName: request.endpointName,
  inferenceId: request.inferenceId,
  inputContentType: request.contentType,
  inputLocation: request.inputLocation,
  receivedAt: new Date(request.receivedAt),
});

function headersOf({ contentType, accept, customAttributes, inferenceId }: AsyncRequest): Record<string, string> {
  return {
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(accept === undefined ? {} : { accept }),
    ...(customAttributes === undefined ? {} : { 'x-amzn-sagemaker-custom-attributes': customAttributes }),
    'x-amzn-sagemaker-inference-id': inferenceId,
  };
}
