import { InvalidInputError } from '../../domain/common-errors.ts';
import { durationMs } from '../../domain/duration.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import { signatureOf } from '../../domain/features/signature.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { xgboostImage } from '../../domain/training/images.ts';
import { Candidate, RUN_FILES, TrainingPlan } from '../../domain/training/plan.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { logger } from '../runtime/logger.ts';

export interface RegisterInput {
  readonly model: string;
  readonly runId: string;
  readonly executionArn?: string | undefined;
}

export interface RegisterDeps {
  readonly registry: Pick<Registry, 'requireSpec' | 'registerVersion' | 'updateRun'>;
  readonly publisher: EventPublisher;
  readonly files: Pick<LakeFiles, 'readJson'>;
  readonly codeVersion: string;
  readonly region: string;
  readonly now: () => Date;
}

export interface RegisterResult {
  readonly version: number;
  readonly approval: 'auto' | 'manual';
  readonly approvalTimeoutSeconds: number;
}

const BY = 'register-model';

/**
 * Makes a model version of a run's candidate, with all it was made from. The registry knows the run, so a repeated call
 * returns the version it already has; its event may then come twice.
 */
export async function registerModel(input: RegisterInput, deps: RegisterDeps): Promise<RegisterResult> {
  const { model, runId, executionArn } = input;
  const folder = lakeKeys.runFolder(model, runId);
  const plan = TrainingPlan.parse(await deps.files.readJson(`${folder}/${RUN_FILES.plan}`));
  const candidate = Candidate.parse(await deps.files.readJson(`${folder}/${RUN_FILES.candidate}`));
  if (!candidate.passed) throw new InvalidInputError([`run ${runId} did not pass its gates (${candidate.decisionId})`]);
  const { spec } = await deps.registry.requireSpec(model, plan.specVersion);
  const { approval, approvalTimeout } = spec.deployment;
  const change = { by: BY, at: deps.now() };

  const { version } = await deps.registry.registerVersion(
    {
      model,
      runId,
      specVersion: plan.specVersion,
      datasetVersions: plan.datasetVersions,
      approvalStatus: approval === 'auto' ? 'Approved' : 'PendingManualApproval',
      algorithm: plan.algorithm,
      image: imageOf(spec, deps.region),
      hyperparameters: candidate.hyperparameters ?? hyperparametersOf(spec),
      artifacts: candidate.artifacts,
      signature: signatureOf(spec),
      metrics: candidate.metrics,
      codeVersion: deps.codeVersion,
      ...(executionArn && { executionArn }),
      at: change.at.toISOString(),
    },
    change,
  );
  await deps.registry.updateRun(model, runId, { modelVersion: version }, change);
  await deps.publisher.publish('ModelVersionRegistered', { model, at: change.at.toISOString(), version, runId });
  logger.info('model-version-registered', { model, runId, version, approval });
  return { version, approval, approvalTimeoutSeconds: durationMs(approvalTimeout) / 1_000 };
}

function imageOf({ training }: ModelSpec, region: string): string {
  return training.container?.image ?? xgboostImage(region, training.xgboost?.version ?? '3.0-5');
}

/** As the spec gives them, for a run whose training job did not say what it ran with. */
function hyperparametersOf({ training }: ModelSpec): Record<string, string> {
  const given = training.container?.hyperparameters ?? training.xgboost?.hyperparameters ?? {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}
