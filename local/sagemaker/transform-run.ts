import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Context, epochSeconds } from './context.ts';
import type { Model } from './models.ts';
import { joinS3Uri, parseS3Uri, relativePath } from './s3.ts';
import { type ServingProcess, startServing } from './serving.ts';
import { assembled, payloads } from './transform-records.ts';
import { KIND, moveTransformJob, publishTransformJob, type TransformJob } from './transform-state.ts';

const DEFAULT_PAYLOAD_MB = 6;
const DEFAULT_TIMEOUT_SECONDS = 600;
const DEFAULT_RETRIES = 3;

/** One run of one batch transform job. */
export class TransformRun {
  readonly finished: Promise<void>;
  readonly #context: Context;
  readonly #job: TransformJob;
  readonly #model: Model;
  readonly #folder: string;
  readonly #stop = new AbortController();
  #stopReason: 'user' | 'platform' | undefined;

  constructor(context: Context, job: TransformJob, model: Model) {
    this.#context = context;
    this.#job = job;
    this.#model = model;
    this.#folder = join(context.stateDir, 'transform-job-files', job.name);
    this.finished = this.#run().catch((error: unknown) => context.log(`transform job ${job.name}: ${String(error)}`));
  }

  stop(reason: 'user' | 'platform'): void {
    this.#stopReason = reason;
    if (reason === 'user') moveTransformJob(this.#context, this.#job, 'Stopping');
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const release = await this.#context.slots.acquire(this.#stop.signal);
    try {
      if (release) await this.#transform();
      if (this.#stopReason === undefined) moveTransformJob(this.#context, this.#job, 'Completed');
      else if (this.#stopReason === 'user') moveTransformJob(this.#context, this.#job, 'Stopped');
    } catch (error) {
      if (this.#stopReason === 'user') moveTransformJob(this.#context, this.#job, 'Stopped');
      else if (this.#stopReason === undefined) {
        moveTransformJob(this.#context, this.#job, 'Failed', error instanceof Error ? error.message : String(error));
        this.#context.log(`transform job ${this.#job.name} failed: ${this.#job.FailureReason}`);
      }
    } finally {
      rmSync(join(this.#folder, 'ml'), { recursive: true, force: true });
      rmSync(join(this.#folder, 'output'), { recursive: true, force: true });
      release?.();
    }
  }

  async #transform(): Promise<void> {
    this.#job.TransformStartTime = epochSeconds(this.#context);
    this.#context.store.put(KIND, this.#job);
    publishTransformJob(this.#context, this.#job);
    const { timings } = this.#context;
    const serving = await startServing(this.#context, {
      model: this.#model,
      folder: this.#folder,
      environment: { ...this.#job.Environment, ...this.#batchEnvironment() },
      pingTimeoutMs: timings.pingTimeoutMs,
      title: `container of transform job ${this.#job.name}`,
      signal: this.#stop.signal,
    });
    try {
      const input = parseS3Uri(this.#job.TransformInput.DataSource.S3DataSource.S3Uri);
      const objects = await this.#context.objects.list(input);
      const queue = objects.map(({ key }) => key);
      const worker = async (): Promise<void> => {
        for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
          await this.#transformObject(serving, input.bucket, key, relativePath(input.key, key));
        }
      };
      await Promise.all(Array.from({ length: this.#concurrency() }, worker));
    } finally {
      await serving.stop(timings.servingStopGraceMs);
    }
  }

  async #transformObject(serving: ServingProcess, bucket: string, key: string, path: string): Promise<void> {
    const { TransformOutput, TransformInput, BatchStrategy } = this.#job;
    const assembleWith = TransformOutput.AssembleWith ?? 'None';
    const source = await this.#context.objects.read({ bucket, key });
    const pieces = payloads(source, {
      splitType: TransformInput.SplitType ?? 'None',
      strategy: BatchStrategy ?? 'MultiRecord',
      maxBytes: this.#payloadMb() * 1024 ** 2,
    });
    const answers = async function* (this: TransformRun): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        this.#stop.signal.throwIfAborted();
        yield assembled(await this.#invoke(serving, piece, key), assembleWith);
      }
    };
    const target = join(this.#folder, 'output', `${path}.out`);
    mkdirSync(join(target, '..'), { recursive: true });
    await pipeline(Readable.from(answers.call(this), { objectMode: false }), createWriteStream(target));
    await this.#context.objects.upload(parseS3Uri(joinS3Uri(TransformOutput.S3OutputPath, `${path}.out`)), target);
  }

  async #invoke(serving: ServingProcess, piece: Buffer, key: string): Promise<Buffer> {
    const { ContentType } = this.#job.TransformInput;
    const { Accept } = this.#job.TransformOutput;
    const headers = { ...(ContentType ? { 'content-type': ContentType } : {}), ...(Accept ? { accept: Accept } : {}) };
    const config = this.#job.ModelClientConfig;
    const timeoutMs = (config?.InvocationsTimeoutInSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
    const retries = config?.InvocationsMaxRetries ?? DEFAULT_RETRIES;
    for (let attempt = 0; ; attempt++) {
      const { status, body } = await serving.invoke(piece, headers, timeoutMs);
      if (status >= 200 && status <= 299) return body;
      if (status >= 500 && attempt < retries) continue;
      const kind = status >= 500 ? 'AlgorithmError' : 'ClientError';
      throw new Error(`${kind}: bad HTTP status received from the algorithm for ${key}: ${status}: ${body.toString()}`);
    }
  }

  #batchEnvironment(): Record<string, string> {
    return {
      SAGEMAKER_BATCH: 'true',
      SAGEMAKER_MAX_PAYLOAD_IN_MB: String(this.#payloadMb()),
      SAGEMAKER_BATCH_STRATEGY: this.#job.BatchStrategy === 'SingleRecord' ? 'SINGLE_RECORD' : 'MULTI_RECORD',
      SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: String(this.#concurrency()),
    };
  }

  #payloadMb(): number {
    return this.#job.MaxPayloadInMB || DEFAULT_PAYLOAD_MB;
  }

  #concurrency(): number {
    return this.#job.MaxConcurrentTransforms || 1;
  }
}
