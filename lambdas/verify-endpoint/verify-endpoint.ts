import type { ArtifactStore } from '../../domain/artifacts.ts';
import { NotFoundError } from '../../domain/common-errors.ts';
import { parseCsvRows } from '../../domain/inference/csv.ts';
import { parsePredictions, taskOf } from '../../domain/inference/predictions.ts';
import { holdoutAsSmokeLines, SMOKE_ROWS, smokeLines } from '../../domain/inference/smoke-rows.ts';
import type { ModelVersion, Rollout } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { differenceOf, TOLERANCE } from '../../domain/rollout/agreement.ts';
import { scalingPlan } from '../../domain/rollout/endpoint-scaling.ts';
import { EndpointVerificationError } from '../../domain/rollout/errors.ts';
import { loadXgboost } from '../../domain/scoring/load-xgboost.ts';
import type { EndpointScaling } from '../adapters/endpoint-scaling.ts';
import type { LakeStreams } from '../adapters/lake-streams.ts';
import type { AskAsyncEndpoint } from '../adapters/sagemaker-async.ts';
import type { InvokeEndpoint, SageMakerEndpoints } from '../adapters/sagemaker-endpoints.ts';
import { logger } from '../runtime/logger.ts';
import { requireParity } from './require-parity.ts';

export interface VerifyDeps {
  readonly registry: Pick<
    Registry,
    'requireRollout' | 'listRollouts' | 'requireVersion' | 'requireSpec' | 'requireDecision' | 'recordDecision'
  >;
  readonly endpoints: Pick<SageMakerEndpoints, 'describe'>;
  readonly invoke: InvokeEndpoint;
  /** For an endpoint that answers later. */
  readonly ask: AskAsyncEndpoint;
  readonly artifacts: Pick<ArtifactStore, 'getBytes'>;
  /** The first lines of the holdout's features, numbers only; at most `rows`. Undefined once the run's files expired. */
  readonly holdoutLines: (model: string, runId: string, rows: number) => Promise<readonly string[] | undefined>;
  readonly lakeStreams: Pick<LakeStreams, 'open'>;
  readonly scaling: Pick<EndpointScaling, 'apply'>;
  readonly now: () => Date;
}

export interface VerifyTask {
  readonly model: string;
  /** Absent when an endpoint is verified that was repaired. */
  readonly rolloutId?: string | undefined;
  readonly repairId?: string | undefined;
  readonly version: number;
  /** The transform job over the holdout, where the router itself is to serve. */
  readonly parity?: { readonly name: string } | undefined;
}

export interface Verified {
  /** That were compared. */
  readonly rows: number;
  /** Absent where there is no scorer to compare with. */
  readonly maxDifference?: number;
}

/**
 * Looks before any traffic comes: the bytes of the model are the registered ones, the endpoint is in service with its own
 * configuration, and it answers rows of the holdout like the scorer does. Where the router itself is to serve, its scorer
 * has proven on the whole holdout that it predicts what the training container does. An endpoint that is to follow its
 * traffic begins to when it has passed.
 *
 * @throws EndpointVerificationError, ArtifactMismatchError
 */
export async function verifyEndpoint(task: VerifyTask, deps: VerifyDeps): Promise<Verified> {
  const { model, version: number, parity } = task;
  const { target, rolloutId } = await rolloutOf(task, deps);
  const version = await deps.registry.requireVersion(model, number);
  await deps.artifacts.getBytes(version.artifacts.model);
  const lines = await linesToTry(version, deps);
  if (lines.length === 0) throw new EndpointVerificationError(`run ${version.runId} has no holdout rows to predict`);
  const expected = await expectedPredictions(version, lines, deps);
  if (target.kind === 'lambda') {
    if (!expected) throw new EndpointVerificationError(`${model}:${number} has no artifact that the scorer reads`);
    requireFinite(expected, model);
    return requireParity(version, { rolloutId, job: parity?.name }, deps);
  }
  if (target.kind === 'batch') {
    // a container scored its holdout in a transform job already
    if (expected) requireFinite(expected, model);
    return { rows: lines.length };
  }
  await requireInService(target.endpointName, deps);
  const width = expected ? expected.length / lines.length : await outputWidth(version, deps);
  const csv = lines.join('\n');
  const { contentType, text } = target.async
    ? await deps.ask({
        endpointName: target.endpointName,
        model,
        inferenceId: `verify-${task.repairId ?? rolloutId}`,
        csv,
      })
    : await deps.invoke(target.endpointName, csv);
  // finite numbers, one per row and output
  const { values } = parsePredictions(contentType, text, lines.length, width);
  const maxDifference = expected && compare(values, expected, target.endpointName);
  await letScale(target.endpointName, version, deps);
  logger.info('endpoint-verified', { model, version: number, endpoint: target.endpointName, maxDifference });
  return { rows: lines.length, ...(maxDifference === undefined ? {} : { maxDifference }) };
}

/** Only what was verified is worth more than the instances it was created with. */
async function letScale(
  endpointName: string,
  { model, specVersion }: ModelVersion,
  { registry, scaling }: VerifyDeps,
): Promise<void> {
  const plan = scalingPlan(endpointName, (await registry.requireSpec(model, specVersion)).spec.deployment);
  if (!plan) return;
  await scaling.apply(plan);
  logger.info('endpoint-scales', { model, ...plan });
}

/** The rollout that is under way; for an endpoint that was repaired the newest one of its version. */
async function rolloutOf({ model, version, rolloutId }: VerifyTask, { registry }: VerifyDeps): Promise<Rollout> {
  if (rolloutId !== undefined) return registry.requireRollout(model, rolloutId);
  const newest = (await registry.listRollouts(model)).find(({ candidate }) => candidate === version);
  if (!newest) throw new NotFoundError(`a rollout of ${model}:${version}`);
  return newest;
}

/** The version's own rows; those of its run, while it is there, for a version from before it had its own. */
async function linesToTry(
  { model, version, runId, artifacts }: ModelVersion,
  deps: VerifyDeps,
): Promise<readonly string[]> {
  if (artifacts.smoke) return smokeLines(new TextDecoder().decode(await deps.artifacts.getBytes(artifacts.smoke)));
  const lines = await deps.holdoutLines(model, runId, SMOKE_ROWS);
  if (lines) return holdoutAsSmokeLines(lines);
  throw new EndpointVerificationError(
    `${model}:${version} has no smoke.csv and the files of its run ${runId} have expired: train a new version to roll out`,
  );
}

async function expectedPredictions(
  { artifacts, signature }: ModelVersion,
  lines: readonly string[],
  deps: VerifyDeps,
): Promise<Float32Array | undefined> {
  if (!artifacts.scorer) return undefined;
  const columns = signature.inputs.length;
  const scorer = loadXgboost(await deps.artifacts.getBytes(artifacts.scorer));
  return scorer.predict(parseCsvRows(lines, columns), columns);
}

async function outputWidth({ model, specVersion, signature }: ModelVersion, { registry }: VerifyDeps): Promise<number> {
  if (taskOf(signature) !== 'multiclass') return 1;
  return (await registry.requireSpec(model, specVersion)).spec.classes?.length ?? 1;
}

async function requireInService(name: string, { endpoints }: VerifyDeps): Promise<void> {
  const state = await endpoints.describe(name);
  if (!state) throw new EndpointVerificationError(`endpoint ${name} does not exist`);
  const { status, configName, failureReason } = state;
  if (status !== 'InService') {
    throw new EndpointVerificationError(`endpoint ${name} is ${status}${failureReason ? `: ${failureReason}` : ''}`);
  }
  if (configName !== name)
    throw new EndpointVerificationError(`endpoint ${name} serves the configuration ${configName}`);
}

function requireFinite(values: Float32Array, model: string): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new EndpointVerificationError(`the scorer predicts ${bad} for ${model}`);
}

function compare(seen: Float64Array, expected: Float32Array, name: string): number {
  let worst = 0;
  seen.forEach((value, i) => {
    const other = expected[i] as number;
    worst = Math.max(worst, differenceOf(value, other));
  });
  if (worst <= TOLERANCE) return worst;
  throw new EndpointVerificationError(`endpoint ${name} differs from the scorer by ${worst}, allowed is ${TOLERANCE}`);
}
