import { createHash } from 'node:crypto';
import { arn, type Context } from './context.ts';
import { resolveImage } from './images.ts';
import { type ListInput, listPage } from './listing.ts';
import { XGBOOST_METRIC_DEFINITIONS } from './metrics.ts';
import { delay } from './processes.ts';
import { AwsError, resourceInUse, resourceLimitExceeded, resourceNotFound, validationException } from './protocol.ts';
import { joinS3Uri } from './s3.ts';
import type { CreateHyperParameterTuningJobRequest } from './schemas/tuning.ts';
import type { Tagging } from './tags.ts';
import type { TrainingJobs } from './training-jobs.ts';
import { type Candidate, checkRanges, gridCandidates, randomCandidates, seedOf } from './tuning-search.ts';
import {
  describeTuningJob,
  KIND,
  moveTuningJob,
  newTuningJob,
  objectiveCounters,
  publishTuningJob,
  statusCounters,
  summarize,
  type TuningJob,
} from './tuning-state.ts';

const QUOTA_RETRY_MS = 500;

/** The tuning operations; every child is a real training job. */
export class TuningJobs {
  readonly #context: Context;
  readonly #tags: Tagging;
  readonly #training: TrainingJobs;
  readonly #runs = new Map<string, Promise<void>>();
  #shuttingDown = false;

  constructor(context: Context, tags: Tagging, training: TrainingJobs) {
    this.#context = context;
    this.#tags = tags;
    this.#training = training;
  }

  async create(request: CreateHyperParameterTuningJobRequest): Promise<{ HyperParameterTuningJobArn: string }> {
    const candidates = await this.#validate(request);
    const name = request.HyperParameterTuningJobName;
    const jobArn = arn(this.#context, KIND, name);
    if (this.#context.store.wasUsed(KIND, name)) {
      throw resourceInUse(
        `Amazon SageMaker hyperparameter tuning job names must be unique within an AWS account and region, and a tuning job with this name already exists (${jobArn})`,
      );
    }
    if (this.#runs.size >= this.#context.limits.tuningJobs) {
      throw resourceLimitExceeded(
        `The account-level service limit 'Number of hyperparameter tuning jobs in progress' is ${this.#context.limits.tuningJobs}, with current utilization of ${this.#runs.size} and a request delta of 1.`,
      );
    }
    const job = newTuningJob(this.#context, request);
    this.#context.store.put(KIND, job);
    this.#tags.set(jobArn, request.Tags);
    publishTuningJob(this.#context, job);
    const run = this.#run(job, candidates)
      .catch((error: Error) => this.#abort(job, error))
      .finally(() => this.#runs.delete(name));
    this.#runs.set(name, run);
    return { HyperParameterTuningJobArn: jobArn };
  }

  describe(name: string): unknown {
    const { TrainingJobDefinition, HyperParameterTuningJobConfig, ...rest } = describeTuningJob(this.#find(name));
    const objective = HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName;
    const StaticHyperParameters = {
      ...TrainingJobDefinition.StaticHyperParameters,
      _tuning_objective_metric: objective,
    };
    return {
      ...rest,
      HyperParameterTuningJobConfig,
      TrainingJobDefinition: { ...TrainingJobDefinition, StaticHyperParameters },
    };
  }

  list(input: ListInput): unknown {
    const jobs = this.#context.store.list<TuningJob>(KIND);
    const { items, ...token } = listPage(jobs, input, (job) => job.HyperParameterTuningJobStatus);
    const HyperParameterTuningJobSummaries = items.map((job) => ({
      HyperParameterTuningJobName: job.HyperParameterTuningJobName,
      HyperParameterTuningJobArn: job.HyperParameterTuningJobArn,
      HyperParameterTuningJobStatus: job.HyperParameterTuningJobStatus,
      Strategy: job.HyperParameterTuningJobConfig.Strategy,
      CreationTime: job.CreationTime,
      HyperParameterTuningEndTime: job.HyperParameterTuningEndTime,
      LastModifiedTime: job.LastModifiedTime,
      TrainingJobStatusCounters: statusCounters(job.children),
      ObjectiveStatusCounters: objectiveCounters(job.children),
      ResourceLimits: job.HyperParameterTuningJobConfig.ResourceLimits,
    }));
    return { HyperParameterTuningJobSummaries, ...token };
  }

  listTrainingJobs({
    HyperParameterTuningJobName,
    ...input
  }: ListInput & { HyperParameterTuningJobName: string }): unknown {
    const children = this.#find(HyperParameterTuningJobName).children.map((child) => ({
      ...child,
      name: child.TrainingJobName,
    }));
    const { items, ...token } = listPage(children, input, (child) => child.TrainingJobStatus, {
      FinalObjectiveMetricValue: (child) =>
        child.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? Number.NEGATIVE_INFINITY,
    });
    return { TrainingJobSummaries: items.map(({ name: _, ...child }) => child), ...token };
  }

  stop(name: string): void {
    const job = this.#find(name);
    if (!this.#runs.has(name)) {
      throw validationException(
        `The request was rejected because the hyperparameter tuning job is in status ${job.HyperParameterTuningJobStatus}.`,
      );
    }
    if (job.HyperParameterTuningJobStatus !== 'InProgress') return;
    moveTuningJob(this.#context, job, 'Stopping');
    this.#stopChildren(job);
  }

  recover(): void {
    for (const job of this.#context.store.list<TuningJob>(KIND)) {
      if (!['InProgress', 'Stopping'].includes(job.HyperParameterTuningJobStatus)) continue;
      job.children = job.children.map((child) => {
        const training = this.#training.get(child.TrainingJobName);
        return training ? summarize(job, training, child.TunedHyperParameters) : child;
      });
      const reason =
        'InternalServerError: the local platform ended while this tuning job was running. Retry with a new name.';
      moveTuningJob(this.#context, job, 'Failed', reason);
    }
  }

  async shutdown(): Promise<void> {
    this.#shuttingDown = true;
    await Promise.all(this.#runs.values());
  }

  async #validate(request: CreateHyperParameterTuningJobRequest): Promise<Iterable<Candidate>> {
    const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = request;
    const { ParameterRanges, ResourceLimits, Strategy } = config;
    checkRanges(ParameterRanges, Object.keys(definition.StaticHyperParameters ?? {}));
    await this.#training.validate(definition);
    const metric = config.HyperParameterTuningJobObjective.MetricName;
    const builtIn =
      resolveImage(definition.AlgorithmSpecification.TrainingImage, definition.Environment).kind === 'xgboost';
    const metrics = builtIn ? XGBOOST_METRIC_DEFINITIONS : (definition.AlgorithmSpecification.MetricDefinitions ?? []);
    if (!metrics.some(({ Name }) => Name === metric)) {
      throw validationException(
        `The objective metric ${metric} is not among the metric definitions of the training job definition`,
      );
    }
    const candidates = Strategy === 'Grid' ? gridCandidates(ParameterRanges) : undefined;
    const most = ResourceLimits.MaxNumberOfTrainingJobs ?? candidates?.length;
    if (most === undefined)
      throw validationException(`MaxNumberOfTrainingJobs must not be null for Strategy ${Strategy}`);
    if (candidates && most !== candidates.length) {
      throw validationException(
        `MaxNumberOfTrainingJobs must be the number of distinct combinations for Strategy Grid, ${candidates.length}, got ${most}`,
      );
    }
    return (
      candidates ??
      randomCandidates(ParameterRanges, config.RandomSeed ?? seedOf(request.HyperParameterTuningJobName), most)
    );
  }

  async #run(job: TuningJob, candidates: Iterable<Candidate>): Promise<void> {
    const queue = candidates[Symbol.iterator]();
    let started = 0;
    const worker = async (): Promise<void> => {
      while (job.HyperParameterTuningJobStatus === 'InProgress' && !this.#shuttingDown) {
        const next = queue.next();
        if (next.done) return;
        started += 1;
        await this.#runChild(job, next.value, started);
      }
    };
    await Promise.all(
      Array.from({ length: job.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs }, worker),
    );
    if (this.#shuttingDown) return;
    if (job.HyperParameterTuningJobStatus === 'Stopping') moveTuningJob(this.#context, job, 'Stopped');
    else if (job.children.some(({ TrainingJobStatus }) => TrainingJobStatus === 'Completed'))
      moveTuningJob(this.#context, job, 'Completed');
    else
      moveTuningJob(
        this.#context,
        job,
        'Failed',
        'All training jobs failed. Please take a look at the training jobs failures to get more details.',
      );
  }

  async #runChild(job: TuningJob, tuned: Candidate, number: number): Promise<void> {
    const suffix = createHash('sha256').update(`${job.name}/${number}`).digest('hex').slice(0, 8);
    const name = `${job.name}-${String(number).padStart(3, '0')}-${suffix}`;
    const { StaticHyperParameters, ...definition } = job.TrainingJobDefinition;
    const _tuning_objective_metric = job.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName;
    const HyperParameters = { ...StaticHyperParameters, _tuning_objective_metric, ...tuned };
    const checkpoints = definition.CheckpointConfig;
    const request = {
      ...definition,
      // each child has its own checkpoints, or it would go on from its siblings'
      ...(checkpoints ? { CheckpointConfig: { ...checkpoints, S3Uri: joinS3Uri(checkpoints.S3Uri, name) } } : {}),
      TrainingJobName: name,
      HyperParameters,
    };
    while (!(await this.#createWithinQuota(request, job))) {
      if (job.HyperParameterTuningJobStatus !== 'InProgress' || this.#shuttingDown) return;
      await delay(QUOTA_RETRY_MS);
    }
    const index = job.children.length;
    job.children.push(summarize(job, { ...this.#training.describe(name), name }, tuned));
    this.#context.store.put(KIND, job);
    if (job.HyperParameterTuningJobStatus !== 'InProgress') this.#stopChildren(job);
    job.children[index] = summarize(job, await this.#training.finished(name), tuned);
    if (this.#shuttingDown) return;
    this.#context.store.put(KIND, job);
  }

  async #createWithinQuota(request: Parameters<TrainingJobs['create']>[0], job: TuningJob): Promise<boolean> {
    try {
      await this.#training.create(request, job.HyperParameterTuningJobArn);
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.type === 'ResourceLimitExceeded') return false;
      throw error;
    }
  }

  #stopChildren(job: TuningJob): void {
    for (const { TrainingJobName, ObjectiveStatus } of job.children) {
      if (ObjectiveStatus !== 'Pending') continue;
      try {
        this.#training.stop(TrainingJobName);
      } catch (error) {
        // it ended a moment ago
        if (!(error instanceof AwsError)) throw error;
      }
    }
  }

  #abort(job: TuningJob, error: Error): void {
    this.#stopChildren(job);
    moveTuningJob(this.#context, job, 'Failed', error.message);
  }

  #find(name: string): TuningJob {
    const job = this.#context.store.get<TuningJob>(KIND, name);
    if (!job) throw resourceNotFound();
    return job;
  }
}
