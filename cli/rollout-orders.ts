import { Rollout } from '../domain/registry/entities.ts';
import { isOpen } from '../domain/registry/open-rollout.ts';
import { RolloutStatus } from '../domain/rollout/rollout-status.ts';
import { type Command, EXIT_OK, UsageError } from './command.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from './registry-client.ts';
import { listOf, requireReason } from './registry-lists.ts';
import { rolloutText } from './rollout-text.ts';

/** Rollouts looked through for the one that is open: it is among the newest. */
const LOOKED_THROUGH = 20;

/** The rollout that was named, or else the newest that is under way, or else the newest. */
export async function rolloutNamed(client: RegistryClient, model: string, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { items } = await client.get(pathTo('models', model, 'rollouts'), listOf(Rollout), { limit: LOOKED_THROUGH });
  const found = items.find((rollout) => !rollout.endedAt && isOpen(rollout));
  const rollout = found ?? items[0];
  if (!rollout) throw new UsageError(`${model} has no rollouts yet`);
  return rollout.rolloutId;
}

interface RolloutOrder {
  readonly verb: 'promote' | 'rollback' | 'pause' | 'resume';
  readonly summary: string;
  readonly details?: string;
}

/** A command that tells a rollout what to do, and shows how it stands then. */
export function orderCommand({ verb, summary, details }: RolloutOrder): Command {
  const usage = `rollout ${verb} <model> [<rollout>] --reason <reason>`;
  return {
    name: `rollout ${verb}`,
    summary,
    usage,
    ...(details ? { details } : {}),
    options: { ...apiOptions, reason: { type: 'string', short: 'r' } },
    arguments: { min: 1, max: 2 },
    run: async (context) => {
      const [model = '', named] = context.positionals;
      const reason = requireReason(context, usage);
      const client = connect(context);
      const id = await rolloutNamed(client, model, named);
      const status = await client.post(pathTo('models', model, 'rollouts', id, verb), { reason }, RolloutStatus);
      context.print(status, rolloutText(status, new Date()));
      return EXIT_OK;
    },
  };
}
