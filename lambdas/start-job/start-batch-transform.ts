import { batchResources } from '../../domain/batch/resources.ts';
import { batchJobName } from '../../domain/names.ts';
import type { Batch } from '../../domain/registry/batch.ts';
import type { JobRecord } from '../../domain/registry/entities.ts';
import { batchTransformRequest } from './batch-requests.ts';
import { modelRequest } from './endpoint-requests.ts';
import { answerIfSettled, parkedWhile } from './parked-work.ts';
import type { StartJobDeps } from './start-job.ts';
import type { Work } from './work.ts';

/**
 * Scores a batch with the registered bytes of a version, whatever its target.
 * @throws ArtifactMismatchError
 */
export async function startBatchTransform(
  work: Extract<Work, { work: 'batch-transform' }>,
  deps: StartJobDeps,
): Promise<string> {
  const { registry, sagemaker, artifacts, settings, now } = deps;
  const { model, batchId } = work;
  const batch = await registry.requireBatch(model, batchId);
  const version = await registry.requireVersion(model, batch.version);
  const { spec } = await registry.requireSpec(model, version.specVersion);
  // whoever can replace the artifact runs code in the container
  await artifacts.getBytes(version.artifacts.model);
  const name = freshName(batch);
  const { stage, roleArn, lakeBucket } = settings;
  // a transform job has no longest time of its own
  const endsAt = new Date(now().getTime() + batchResources(spec).timeoutSeconds * 1_000);
  await parkedWhile(work, { name, ownerId: batchId, endsAt }, deps, async () => {
    await sagemaker.createModel(modelRequest(name, version, { spec, stage, roleArn }));
    const request = batchTransformRequest(name, { model, batchId, spec, lakeBucket });
    if (!(await sagemaker.createTransformJob(request))) await answerIfSettled(name, work, deps);
  });
  const job: JobRecord = { name, kind: work.work, status: 'InProgress', startedAt: now().toISOString() };
  if (!batch.jobs.some((known) => known.name === name)) {
    await registry.updateBatch(model, batchId, { jobs: [job] }, { by: 'start-job', at: now() });
  }
  return name;
}

/** SageMaker never takes a job's name twice: the next number after one that was seen to end. */
function freshName({ batchId, jobs }: Batch): string {
  const ended = new Set(jobs.flatMap(({ name, endedAt }) => (endedAt ? [name] : [])));
  for (let attempt = 1; ; attempt += 1) {
    const name = batchJobName(batchId, attempt);
    if (!ended.has(name)) return name;
  }
}
