import { baseEnvironment, type Context, epochSeconds } from './context.ts';
import { commandFor, resolveImage } from './images.ts';
import { MetricCollector, XGBOOST_METRIC_DEFINITIONS } from './metrics.ts';
import { ContainerProcess, describeExit, type ExitResult, unlessAborted } from './processes.ts';
import { TrainingFiles } from './training-files.ts';
import { moveTrainingJob, type TrainingJob } from './training-state.ts';

/** `platform` leaves the job as it is: the next start of the platform reports it as failed. */
export type StopReason = 'user' | 'platform';

type Ending = 'exited' | 'stopped' | 'max-runtime';

/** One run of one training job, from its queue to its last status. */
export class TrainingRun {
  readonly finished: Promise<void>;
  readonly #context: Context;
  readonly #job: TrainingJob;
  readonly #stop = new AbortController();
  #stopReason: StopReason | undefined;
  #process: ContainerProcess | undefined;
  #ending: Ending = 'exited';

  constructor(context: Context, job: TrainingJob) {
    this.#context = context;
    this.#job = job;
    this.finished = this.#run().catch((error: unknown) => context.log(`training job ${job.name}: ${String(error)}`));
  }

  stop(reason: StopReason): void {
    this.#stopReason = reason;
    if (reason === 'user') {
      this.#ending = 'stopped';
      moveTrainingJob(this.#context, this.#job, 'Stopping', 'Stopping');
    }
    this.#stop.abort();
    const { trainingStopGraceMs } = this.#context.timings;
    void this.#process?.terminate(reason === 'platform' ? Math.min(2_000, trainingStopGraceMs) : trainingStopGraceMs);
  }

  async #run(): Promise<void> {
    const release = await this.#context.slots.acquire(this.#stop.signal);
    const files = new TrainingFiles(this.#context, this.#job);
    try {
      if (release) await this.#train(files);
      else if (this.#stopReason === 'user') this.#move('Stopped', 'Stopped');
    } catch (error) {
      if (this.#stopReason === 'user') this.#move('Stopped', 'Stopped');
      else if (this.#stopReason !== 'platform') this.#fail(error instanceof Error ? error.message : String(error));
    } finally {
      files.remove();
      release?.();
    }
  }

  async #train(files: TrainingFiles): Promise<void> {
    this.#move('InProgress', 'Downloading', { TrainingStartTime: epochSeconds(this.#context) });
    await files.prepare(this.#stop.signal);
    const image = resolveImage(this.#job.AlgorithmSpecification.TrainingImage, this.#job.Environment);
    // the first use of an XGBoost version sets up its Python, which may take minutes
    const command = commandFor(this.#context, image, 'train').catch((error: Error) => {
      throw new Error(`PlatformError: ${error.message}`);
    });
    const { argv, cwd } = await unlessAborted(command, this.#stop.signal);
    this.#move('InProgress', 'Training');
    const metrics = new MetricCollector(
      image.kind === 'xgboost'
        ? XGBOOST_METRIC_DEFINITIONS
        : (this.#job.AlgorithmSpecification.MetricDefinitions ?? []),
    );
    const running = new ContainerProcess({
      argv,
      cwd: cwd ?? files.root,
      env: this.#environment(files.root),
      logFile: files.logFile,
      onLine: (line) => metrics.take(line, epochSeconds(this.#context)),
    });
    this.#process = running;
    const exit = await this.#waitFor(running);
    this.#process = undefined;
    if (this.#stopReason === 'platform') return;
    await this.#finish(files, exit, running.tail, metrics);
  }

  async #waitFor(running: ContainerProcess): Promise<ExitResult> {
    // setTimeout holds 2^31 - 1 ms, less than 28 days
    const maxRuntimeMs = Math.min((this.#job.StoppingCondition.MaxRuntimeInSeconds ?? 86_400) * 1000, 2 ** 31 - 1);
    const timer = setTimeout(() => {
      this.#ending = 'max-runtime';
      void running.terminate(this.#context.timings.trainingStopGraceMs);
    }, maxRuntimeMs);
    try {
      return await running.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async #finish(files: TrainingFiles, exit: ExitResult, tail: string, metrics: MetricCollector): Promise<void> {
    const ending = this.#ending;
    if (ending === 'exited' && exit.code !== 0) {
      await files.uploadOutput();
      this.#fail(files.failure() ?? `AlgorithmError: ${describeExit(exit, tail)}`, metrics);
      return;
    }
    const uploading = ending === 'stopped' ? 'Stopping' : 'InProgress';
    this.#move(uploading, 'Uploading');
    // a stopped job keeps what its program saved; a completed one always has an archive
    const keepsModel = ending === 'exited' || (await files.hasModel());
    const artifact = keepsModel ? { ModelArtifacts: { S3ModelArtifacts: await files.uploadModel() } } : {};
    await files.uploadOutput();
    const change = { ...artifact, FinalMetricDataList: metrics.final };
    if (ending === 'exited' && this.#stopReason === undefined) this.#move('Completed', 'Completed', change);
    else if (ending === 'max-runtime') this.#move('Stopped', 'MaxRuntimeExceeded', change);
    else this.#move('Stopped', 'Stopped', change);
  }

  #fail(reason: string, metrics?: MetricCollector): void {
    const final = metrics ? { FinalMetricDataList: metrics.final } : {};
    this.#move('Failed', 'Failed', { FailureReason: reason, ...final });
    this.#context.log(`training job ${this.#job.name} failed: ${this.#job.FailureReason}`);
  }

  #move(
    status: TrainingJob['TrainingJobStatus'],
    secondary: TrainingJob['SecondaryStatus'],
    change: Parameters<typeof moveTrainingJob>[4] = {},
  ): void {
    moveTrainingJob(this.#context, this.#job, status, secondary, change);
  }

  #environment(root: string): Record<string, string> {
    return {
      ...baseEnvironment(this.#context),
      ...this.#job.Environment,
      TRAINING_JOB_NAME: this.#job.name,
      TRAINING_JOB_ARN: this.#job.TrainingJobArn,
      MILLRACE_ML_ROOT: root,
    };
  }
}
