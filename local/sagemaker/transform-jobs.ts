import { arn, type Context } from './context.ts';
import { pick, toDescription } from './describe.ts';
import { type ListInput, listPage } from './listing.ts';
import type { Models } from './models.ts';
import { resourceInUse, resourceLimitExceeded, resourceNotFound, validationException } from './protocol.ts';
import { parseS3Uri } from './s3.ts';
import type { CreateTransformJobRequest } from './schemas/transform.ts';
import type { Tagging } from './tags.ts';
import { TransformRun } from './transform-run.ts';
import { KIND, moveTransformJob, newTransformJob, publishTransformJob, type TransformJob } from './transform-state.ts';

/** The batch transform operations. */
export class TransformJobs {
  readonly #context: Context;
  readonly #tags: Tagging;
  readonly #models: Models;
  readonly #runs = new Map<string, TransformRun>();

  constructor(context: Context, tags: Tagging, models: Models) {
    this.#context = context;
    this.#tags = tags;
    this.#models = models;
  }

  async create(request: CreateTransformJobRequest): Promise<{ TransformJobArn: string }> {
    const { TransformJobName: name, TransformInput, Tags } = request;
    const model = this.#models.model(request.ModelName);
    const uri = TransformInput.DataSource.S3DataSource.S3Uri;
    if ((await this.#context.objects.list(parseS3Uri(uri), 1)).length === 0) {
      throw validationException(`No S3 objects found under S3 URL "${uri}" given in input data source.`);
    }
    const jobArn = arn(this.#context, KIND, name);
    if (this.#context.store.wasUsed(KIND, name)) {
      throw resourceInUse(
        `Job name must be unique within an AWS account and region, and a job with this name already exists (${jobArn})`,
      );
    }
    const limit = this.#context.limits.transformJobs;
    if (this.#runs.size >= limit) {
      throw resourceLimitExceeded(
        `The account-level service limit 'Number of transform jobs in progress' is ${limit}, with current utilization of ${this.#runs.size} and a request delta of 1.`,
      );
    }
    const job = newTransformJob(this.#context, request);
    this.#context.store.put(KIND, job);
    this.#tags.set(jobArn, Tags);
    publishTransformJob(this.#context, job);
    const run = new TransformRun(this.#context, job, model);
    this.#runs.set(name, run);
    void run.finished.finally(() => this.#runs.delete(name));
    return { TransformJobArn: jobArn };
  }

  describe(name: string): unknown {
    return toDescription(this.#find(name));
  }

  list(input: ListInput): unknown {
    const jobs = this.#context.store.list<TransformJob>(KIND);
    const { items, ...token } = listPage(jobs, input, (job) => job.TransformJobStatus);
    const TransformJobSummaries = items.map((job) => ({
      ...pick(job, 'TransformJobName', 'TransformJobArn', 'CreationTime', 'TransformEndTime', 'LastModifiedTime'),
      ...pick(job, 'TransformJobStatus', 'FailureReason'),
    }));
    return { TransformJobSummaries, ...token };
  }

  stop(name: string): void {
    const job = this.#find(name);
    const run = this.#runs.get(name);
    if (!run)
      throw validationException(
        `The request was rejected because the transform job is in status ${job.TransformJobStatus}.`,
      );
    if (job.TransformJobStatus === 'InProgress') run.stop('user');
  }

  recover(): void {
    for (const job of this.#context.store.list<TransformJob>(KIND)) {
      if (!['InProgress', 'Stopping'].includes(job.TransformJobStatus)) continue;
      const reason =
        'InternalServerError: the local platform ended while this transform job was running. Retry with a new name.';
      moveTransformJob(this.#context, job, 'Failed', reason);
    }
  }

  async shutdown(): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const run of runs) run.stop('platform');
    await Promise.all(runs.map((run) => run.finished));
  }

  #find(name: string): TransformJob {
    const job = this.#context.store.get<TransformJob>(KIND, name);
    if (!job) throw resourceNotFound();
    return job;
  }
}
