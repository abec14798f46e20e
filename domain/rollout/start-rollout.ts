import { endpointName, rolloutId } from '../names.ts';
import type { ModelVersion, Rollout, Target } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import { asyncTimeoutSeconds } from '../spec/async.ts';
import type { DeploymentSpec } from '../spec/deployment.ts';
import { VersionNotApprovedError } from './errors.ts';
import { closeRolledBack, type RolloutDeps, watchedRollout } from './rollout-record.ts';

/** When reconcile-executions first looks whether the execution still goes on. */
const WATCH_AFTER_MS = 10 * 60_000;

export interface StartRolloutInput {
  readonly model: string;
  readonly version: number;
  readonly by: string;
}

export interface StartRolloutDeps extends RolloutDeps {
  readonly rollouts: {
    /** Starts the execution named like the rollout; one that already exists is a success. @returns its ARN */
    start(name: string, input: object): Promise<string>;
  };
}

/**
 * Records a rollout and starts its state machine. Idempotent: an open rollout of the version is taken up again, and a
 * version that already is champion is left as it is. An open rollout of another version gives way: its traffic goes back
 * to the champion first, and its own execution deletes its endpoint at the next look.
 *
 * @throws VersionNotApprovedError, NotFoundError
 */
export async function startRollout(input: StartRolloutInput, deps: StartRolloutDeps): Promise<{ rolloutId: string }> {
  const { model, version, by } = input;
  const { registry, now } = deps;
  const modelVersion = await registry.requireVersion(model, version);
  if (modelVersion.approvalStatus !== 'Approved') {
    throw new VersionNotApprovedError(model, version, modelVersion.approvalStatus);
  }
  const { deployment } = (await registry.requireSpec(model, modelVersion.specVersion)).spec;
  const [all, champion] = await Promise.all([registry.listRollouts(model), registry.findAlias(model, 'champion')]);
  const own = all.filter((rollout) => rollout.candidate === version);
  const promoted = own.find(({ status }) => status === 'promoted');
  if (promoted && champion?.version === version) return { rolloutId: promoted.rolloutId };

  // one whose candidate is champion has come through and only has to be written down as such
  const inTheWay = all.filter(
    (rollout) => isOpen(rollout) && ![version, champion?.version].includes(rollout.candidate),
  );
  for (const other of inTheWay) {
    await closeRolledBack(other, [`superseded by ${model}:${version}`], deps);
  }
  const open = own.find(isOpen);
  const rollout =
    open ??
    (await createRollout(
      {
        rolloutId: rolloutId(model, version, own.length + 1),
        model,
        candidate: version,
        ...(champion ? { champion: champion.version } : {}),
        status: 'deploying',
        step: -1,
        target: targetOf(modelVersion, deployment),
        reasons: [],
        startedAt: now().toISOString(),
      },
      by,
      deps,
    ));
  if (!rollout.executionArn) {
    const executionArn = await deps.rollouts.start(rollout.rolloutId, executionInput(rollout, deployment));
    const at = now();
    await registry.park({
      name: watchedRollout(rollout.rolloutId),
      kind: 'rollout',
      model,
      ownerId: rollout.rolloutId,
      executionArn,
      parkedAt: at.toISOString(),
      dueAt: new Date(at.getTime() + WATCH_AFTER_MS).toISOString(),
    });
    await deps.publisher.publish('RolloutStarted', {
      model,
      at: at.toISOString(),
      rolloutId: rollout.rolloutId,
      version,
    });
    await registry.updateRollout(model, rollout.rolloutId, { executionArn }, { by, at });
  }
  return { rolloutId: rollout.rolloutId };
}

async function createRollout(rollout: Rollout, by: string, { registry, now }: StartRolloutDeps): Promise<Rollout> {
  return (await registry.createRollout(rollout, { by, at: now() })).rollout;
}

function targetOf({ model, version, artifacts }: ModelVersion, deployment: DeploymentSpec): Target {
  const { target } = deployment;
  if (target === 'lambda' || target === 'batch') return { kind: target };
  return {
    kind: 'endpoint',
    endpointName: endpointName(model, version, artifacts.model.sha256),
    ...(target === 'async' ? { async: { timeoutSeconds: asyncTimeoutSeconds(deployment) } } : {}),
  };
}

function executionInput({ model, rolloutId: id, candidate }: Rollout, { target }: DeploymentSpec): object {
  return { model, rolloutId: id, version: candidate, target };
}
