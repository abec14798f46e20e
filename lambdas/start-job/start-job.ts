import type { ArtifactStore } from '../../domain/artifacts.ts';
import { endpointName, trainingJobName, transformJobName, tuningJobName } from '../../domain/names.ts';
import type { JobRecord, TrainingRun } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { SageMakerJobs } from '../adapters/sagemaker-jobs.ts';
import type { SageMakerStatus } from '../adapters/sagemaker-status.ts';
import type { TaskResumer } from '../adapters/sfn-tasks.ts';
import { logger } from '../runtime/logger.ts';
import { endpointConfigRequest, modelRequest } from './endpoint-requests.ts';
import { answerIfSettled, parkedWhile } from './parked-work.ts';
import { startBatchTransform } from './start-batch-transform.ts';
import { startParity } from './start-parity.ts';
import {
  containerEnvironment,
  type JobContext,
  trainingImage,
  trainingJobRequest,
  transformJobRequest,
  tuningJobRequest,
} from './training-requests.ts';
import type { RunWork, Work } from './work.ts';

export interface StartJobDeps {
  readonly registry: Registry;
  readonly sagemaker: SageMakerJobs;
  readonly artifacts: ArtifactStore;
  readonly status: SageMakerStatus;
  readonly tasks: TaskResumer;
  /** Whether a key of the lake bucket is there: files of runs expire. */
  readonly has: (key: string) => Promise<boolean>;
  readonly settings: Pick<JobContext, 'lakeBucket' | 'roleArn' | 'region' | 'stage'> & {
    /** Told of each prediction that an `async` endpoint has made. */
    readonly asyncTopicArn: string;
  };
  readonly now: () => Date;
}

/** Parks the task token, then creates the job or endpoint under a name that derives from content. */
export async function startJob(work: Work, deps: StartJobDeps): Promise<{ name: string }> {
  const name = await start(work, deps);
  logger.info('job-started', { model: work.model, name, work: work.work });
  return { name };
}

function start(work: Work, deps: StartJobDeps): Promise<string> {
  if (work.work === 'endpoint') return startEndpoint(work, deps);
  if (work.work === 'parity') return startParity(work, deps);
  if (work.work === 'batch-transform') return startBatchTransform(work, deps);
  return startRunJob(work, deps);
}

async function startRunJob(work: RunWork, deps: StartJobDeps): Promise<string> {
  const { registry, settings, now } = deps;
  const run = await registry.requireRun(work.model, work.runId);
  const { spec } = await registry.requireSpec(work.model, run.specVersion);
  const context: JobContext = { ...settings, spec, model: work.model, runId: work.runId };
  const name = freshName(work, run);
  await parkedWhile(work, { name, ownerId: run.runId }, deps, () => create(work, name, context, deps));
  const job: JobRecord = { name, kind: work.work, status: 'InProgress', startedAt: now().toISOString() };
  if (!run.jobs.some((known) => known.name === name)) {
    await registry.updateRun(work.model, run.runId, { jobs: [job] }, { by: 'start-job', at: now() });
  }
  return name;
}

async function create(
  work: RunWork,
  name: string,
  context: JobContext,
  { sagemaker, settings }: StartJobDeps,
): Promise<void> {
  const { spec } = context;
  if (work.work === 'training') await sagemaker.createTrainingJob(trainingJobRequest(context, name, work.spot));
  if (work.work === 'tuning') await sagemaker.createTuningJob(tuningJobRequest(context, name, work.spot));
  if (work.work === 'transform') {
    await sagemaker.createModel({
      ModelName: name,
      ExecutionRoleArn: settings.roleArn,
      PrimaryContainer: {
        Image: trainingImage(spec, settings.region),
        ModelDataUrl: work.job.modelDataUrl,
        Environment: containerEnvironment(context),
      },
    });
    await sagemaker.createTransformJob(transformJobRequest(context, name));
  }
}

/**
 * SageMaker never takes a job's name twice. A job that this run has seen end is left behind by a redrive, so the next
 * number is taken; one that is still open is joined.
 */
function freshName(work: RunWork, run: TrainingRun): string {
  const named = {
    training: (attempt: number) => trainingJobName(work.runId, attempt),
    tuning: (attempt: number) => tuningJobName(work.runId.slice(-12), attempt),
    transform: (attempt: number) => transformJobName(work.runId, attempt),
  }[work.work];
  let attempt = work.attempt;
  while (run.jobs.some((job) => job.name === named(attempt) && job.endedAt)) attempt += 1;
  return named(attempt);
}

async function startEndpoint(work: Extract<Work, { work: 'endpoint' }>, deps: StartJobDeps): Promise<string> {
  const { registry, sagemaker, artifacts, settings } = deps;
  const version = await registry.requireVersion(work.model, work.version);
  const { spec } = await registry.requireSpec(work.model, version.specVersion);
  // whoever can replace the artifact runs code in the container: the bytes are checked before a model is made of them
  await artifacts.getBytes(version.artifacts.model);
  const name = endpointName(work.model, work.version, version.artifacts.model.sha256);
  const { stage, roleArn } = settings;
  await parkedWhile(work, { name, ownerId: work.rolloutId }, deps, async () => {
    await sagemaker.createModel(modelRequest(name, version, { spec, stage, roleArn }));
    const answers = { model: work.model, lakeBucket: settings.lakeBucket, topicArn: settings.asyncTopicArn };
    await sagemaker.createEndpointConfig(endpointConfigRequest(name, spec.deployment, answers));
    if (!(await sagemaker.createEndpoint(name))) await answerIfSettled(name, work, deps);
  });
  return name;
}
