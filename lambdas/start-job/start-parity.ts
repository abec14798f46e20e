import { lakeKeys, parityJobName, parityModelName } from '../../domain/names.ts';
import { EndpointVerificationError } from '../../domain/rollout/errors.ts';
import { findParity } from '../../domain/rollout/parity.ts';
import { jobState } from '../../domain/training/job-state.ts';
import { modelRequest } from './endpoint-requests.ts';
import { answerIfSettled, parkedWhile } from './parked-work.ts';
import type { StartJobDeps } from './start-job.ts';
import { transformJobRequest } from './training-requests.ts';
import type { Work } from './work.ts';

/**
 * Has the version's own training image score the holdout of its run, for verify-endpoint to hold the scorer against. What
 * was proven before is answered at once.
 *
 * @throws EndpointVerificationError once the run's files expired, ArtifactMismatchError
 */
export async function startParity(work: Extract<Work, { work: 'parity' }>, deps: StartJobDeps): Promise<string> {
  const { registry, sagemaker, artifacts, settings, tasks } = deps;
  const { model, rolloutId, taskToken } = work;
  const version = await registry.requireVersion(model, work.version);
  const proof = await findParity(version, registry);
  if (proof) {
    await tasks.succeed(taskToken, { name: proof.decisionId, kind: 'parity', status: 'Completed' });
    return proof.decisionId;
  }
  if (!(await deps.has(lakeKeys.holdoutFeatures(model, version.runId)))) {
    throw new EndpointVerificationError(
      `the files of run ${version.runId} have expired, so that ${model}:${work.version} cannot be held against its training container: train a new version, or deploy it to serverless or realtime`,
    );
  }
  const { spec } = await registry.requireSpec(model, version.specVersion);
  await artifacts.getBytes(version.artifacts.model);
  const modelName = parityModelName(rolloutId);
  const name = await freshParityName(rolloutId, deps);
  const { stage, roleArn, lakeBucket } = settings;
  await parkedWhile(work, { name, ownerId: rolloutId }, deps, async () => {
    await sagemaker.createModel(modelRequest(modelName, version, { spec, stage, roleArn }));
    const request = transformJobRequest({ spec, lakeBucket, model, runId: version.runId }, name, modelName);
    if (!(await sagemaker.createTransformJob(request))) await answerIfSettled(name, work, deps);
  });
  return name;
}

/** SageMaker never takes a job's name twice: the first that is not there, or did not fail. */
async function freshParityName(rolloutId: string, { status }: StartJobDeps): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const name = parityJobName(rolloutId, attempt);
    const description = await status.describe('parity', name);
    if (!description || jobState({ name, kind: 'parity' }, description).state !== 'failed') return name;
  }
}
