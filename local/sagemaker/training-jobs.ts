import { arn, type Context } from './context.ts';
import { toDescription } from './describe.ts';
import { resolveImage } from './images.ts';
import { type ListInput, listPage } from './listing.ts';
import { invalidDefinition } from './metrics.ts';
import { resourceInUse, resourceLimitExceeded, resourceNotFound, validationException } from './protocol.ts';
import { parseS3Uri } from './s3.ts';
import type { CreateTrainingJobRequest } from './schemas/training.ts';
import type { Tagging } from './tags.ts';
import { type StopReason, TrainingRun } from './training-run.ts';
import {
  FINAL_TRAINING_STATUSES,
  moveTrainingJob,
  newTrainingJob,
  publishTrainingJob,
  type TrainingJob,
} from './training-state.ts';

const KIND = 'training-job';

/** The training operations, and the runs behind them. */
export class TrainingJobs {
  readonly #context: Context;
  readonly #tags: Tagging;
  readonly #runs = new Map<string, TrainingRun>();

  constructor(context: Context, tags: Tagging) {
    this.#context = context;
    this.#tags = tags;
  }

  async create(request: CreateTrainingJobRequest, tuningJobArn?: string): Promise<{ TrainingJobArn: string }> {
    await this.validate(request);
    const { TrainingJobName: name, Tags } = request;
    const jobArn = arn(this.#context, KIND, name);
    if (this.#context.store.wasUsed(KIND, name)) {
      throw resourceInUse(
        `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${jobArn})`,
      );
    }
    const limit = this.#context.limits.trainingJobs;
    if (this.#runs.size >= limit) {
      throw resourceLimitExceeded(
        `The account-level service limit 'Number of training jobs in progress' is ${limit} Instances, with current utilization of ${this.#runs.size} Instances and a request delta of 1 Instances.`,
      );
    }
    const job = newTrainingJob(this.#context, request, tuningJobArn);
    this.#context.store.put(KIND, job);
    this.#tags.set(jobArn, Tags);
    publishTrainingJob(this.#context, job);
    const run = new TrainingRun(this.#context, job);
    this.#runs.set(name, run);
    void run.finished.finally(() => this.#runs.delete(name));
    return { TrainingJobArn: jobArn };
  }

  /** @throws AwsError what CreateTrainingJob refuses before a job exists */
  async validate(request: Omit<CreateTrainingJobRequest, 'TrainingJobName'>): Promise<void> {
    const { AlgorithmSpecification, Environment, StoppingCondition, EnableManagedSpotTraining } = request;
    const image = resolveImage(AlgorithmSpecification.TrainingImage, Environment);
    const definitions = AlgorithmSpecification.MetricDefinitions ?? [];
    if (image.kind === 'xgboost' && definitions.length > 0) {
      throw validationException(
        "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request without specifying metric definitions.",
      );
    }
    const invalid = invalidDefinition(definitions);
    if (invalid)
      throw validationException(`The regular expression of metric ${invalid.Name} is invalid: ${invalid.Regex}`);
    const { MaxRuntimeInSeconds = 86_400, MaxWaitTimeInSeconds } = StoppingCondition;
    if (EnableManagedSpotTraining && (MaxWaitTimeInSeconds ?? 0) < MaxRuntimeInSeconds) {
      throw validationException(
        'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
      );
    }
    if (!EnableManagedSpotTraining && MaxWaitTimeInSeconds !== undefined) {
      throw validationException(
        'MaxWaitTimeInSeconds above 0 is not supported when EnableManagedSpotTraining is false',
      );
    }
    await this.#checkChannels(request);
  }

  describe(name: string): Omit<TrainingJob, 'name'> {
    return toDescription(this.#find(name));
  }

  get(name: string): TrainingJob | undefined {
    return this.#context.store.get<TrainingJob>(KIND, name);
  }

  list(input: ListInput): unknown {
    const jobs = this.#context.store.list<TrainingJob>(KIND);
    const { items, ...token } = listPage(jobs, input, (job) => job.TrainingJobStatus);
    const TrainingJobSummaries = items.map((job) => ({
      TrainingJobName: job.TrainingJobName,
      TrainingJobArn: job.TrainingJobArn,
      CreationTime: job.CreationTime,
      TrainingEndTime: job.TrainingEndTime,
      LastModifiedTime: job.LastModifiedTime,
      TrainingJobStatus: job.TrainingJobStatus,
      SecondaryStatus: job.SecondaryStatus,
    }));
    return { TrainingJobSummaries, ...token };
  }

  stop(name: string): void {
    const job = this.#find(name);
    const run = this.#runs.get(name);
    if (FINAL_TRAINING_STATUSES.includes(job.TrainingJobStatus) || !run) {
      throw validationException(
        `The request was rejected because the training job is in status ${job.TrainingJobStatus}.`,
      );
    }
    if (job.TrainingJobStatus === 'InProgress') run.stop('user');
  }

  delete(name: string): void {
    const job = this.#find(name);
    if (this.#runs.has(name)) {
      throw validationException(
        `The request was rejected because the training job is in status ${job.TrainingJobStatus}.`,
      );
    }
    this.#context.store.delete(KIND, name);
    this.#tags.drop(job.TrainingJobArn);
  }

  /** Resolves with the job in its last status. */
  async finished(name: string): Promise<TrainingJob> {
    await this.#runs.get(name)?.finished;
    return this.#find(name);
  }

  /** Jobs that were running when the platform ended have no process any more. */
  recover(): void {
    for (const job of this.#context.store.list<TrainingJob>(KIND)) {
      if (FINAL_TRAINING_STATUSES.includes(job.TrainingJobStatus)) continue;
      moveTrainingJob(this.#context, job, 'Failed', 'Failed', {
        FailureReason:
          'InternalServerError: the local platform ended while this training job was running. Retry with a new name.',
      });
    }
  }

  async shutdown(reason: StopReason = 'platform'): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const run of runs) run.stop(reason);
    await Promise.all(runs.map((run) => run.finished));
  }

  async #checkChannels({
    InputDataConfig,
    RoleArn,
  }: Pick<CreateTrainingJobRequest, 'InputDataConfig' | 'RoleArn'>): Promise<void> {
    for (const { DataSource } of InputDataConfig ?? []) {
      const uri = DataSource.S3DataSource.S3Uri;
      const location = parseS3Uri(uri);
      if ((await this.#context.objects.list(location, 1)).length > 0) continue;
      throw validationException(
        `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the selected region (${this.#context.region}), that objects exist under that S3 prefix, and that the role "${RoleArn}" has "s3:ListBucket" permissions on bucket "${location.bucket}".`,
      );
    }
  }

  #find(name: string): TrainingJob {
    const job = this.get(name);
    if (!job) throw resourceNotFound();
    return job;
  }
}
