import { NotFoundError } from '../../domain/common-errors.ts';
import type { Alias, Rollout, Traffic } from '../../domain/registry/entities.ts';
import { RollbackRefusedError } from '../../domain/registry/errors.ts';
import { isOpen } from '../../domain/registry/open-rollout.ts';
import type { RegistryApiDeps } from './ports.ts';

/**
 * Gives all traffic and the alias `champion` back to the version that had them before, in one conditional write. A rollout
 * that is being judged loses its traffic with it and takes itself back at its next look.
 *
 * @throws RollbackRefusedError when there is no such version, or it is being rolled out itself and may lose its endpoint
 */
export async function rollBack(
  { model, reason, by }: { model: string; reason: string; by: string },
  { registry, publisher, now }: Pick<RegistryApiDeps, 'registry' | 'publisher' | 'now'>,
): Promise<{ champion: Alias; traffic: Traffic }> {
  const [champion, traffic, rollouts] = await Promise.all([
    registry.findAlias(model, 'champion'),
    registry.findTraffic(model),
    registry.listRollouts(model),
  ]);
  if (!champion || !traffic) throw await nothingServes(model, registry);
  const from = champion.version;
  const to = champion.previousVersion;
  if (to === undefined) throw new RollbackRefusedError(`${model}:${from} has no version before it to go back to`);
  const open = rollouts.find((rollout) => rollout.candidate === to && isOpen(rollout));
  if (open) throw new RollbackRefusedError(`rollout ${open.rolloutId} of ${model}:${to} is under way already`);
  const target = (await promoted(rollouts, to, registry, model)).target;
  const change = { by, at: now() };
  const at = change.at.toISOString();
  const moved = await registry.promote(
    {
      traffic: { model, routes: [{ version: to, weight: 1, target }], at },
      expectedTrafficRev: traffic.rev,
      version: to,
      expectedAliasRev: champion.rev,
      rollback: true,
    },
    change,
  );
  await registry.recordDecision(
    {
      decisionId: `rollback-${model}-${moved.champion.rev}`,
      model,
      kind: 'rollout',
      outcome: 'rolled-back',
      reasons: [reason],
      numbers: { from, to },
      version: from,
      at,
    },
    change,
  );
  const taken = rollouts.find(({ candidate, status }) => candidate === from && status === 'promoted');
  if (taken) {
    const { rolloutId, reasons } = taken;
    const patch: Partial<Rollout> = { status: 'rolled-back', reasons: [...reasons, reason] };
    await registry.updateRollout(model, rolloutId, patch, change);
    await publisher.publish('RolloutRolledBack', { model, at, rolloutId, version: from, reasons: [reason] });
  }
  return moved;
}

async function nothingServes(model: string, registry: RegistryApiDeps['registry']): Promise<Error> {
  if (!(await registry.findModel(model))) return new NotFoundError(`model ${model}`);
  return new RollbackRefusedError(`${model} has no champion`);
}

/** The rollout that put a version into service: it knows where the version still answers. */
async function promoted(
  rollouts: readonly Rollout[],
  version: number,
  registry: RegistryApiDeps['registry'],
  model: string,
): Promise<Rollout> {
  const { approvalStatus } = await registry.requireVersion(model, version);
  if (approvalStatus === 'Rejected') throw new RollbackRefusedError(`${model}:${version} has been rejected since`);
  const rollout = rollouts.find(({ candidate, status }) => candidate === version && status === 'promoted');
  if (!rollout) throw new RollbackRefusedError(`${model}:${version} was never promoted by a rollout`);
  return rollout;
}
