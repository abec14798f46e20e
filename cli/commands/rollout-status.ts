import { setTimeout as sleep } from 'node:timers/promises';
import { RolloutStatus } from '../../domain/rollout/rollout-status.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { rolloutNamed } from '../rollout-orders.ts';
import { rolloutText } from '../rollout-text.ts';

const EVERY_MS = 2_000;

export const rolloutStatus: Command = {
  name: 'rollout status',
  summary: 'Show how a rollout stands: its step, what each version answered, what the judge waits for or decided',
  usage: 'rollout status <model> [<rollout>] [--watch]',
  details:
    'The rollout that is under way, or else the newest. --watch goes on until it has ended, and prints that as JSON.',
  options: { ...apiOptions, watch: { type: 'boolean', short: 'w', default: false } },
  arguments: { min: 1, max: 2 },
  run: async (context) => {
    const [model = '', named] = context.positionals;
    const client = connect(context);
    const id = await rolloutNamed(client, model, named);
    const read = () => client.get(pathTo('models', model, 'rollouts', id), RolloutStatus);
    let status = await read();
    let shown = '';
    while (context.options.watch && !status.endedAt) {
      const { step, shares, judgement } = status;
      const line = `${status.status}, step ${step + 1} of ${shares.length}: ${judgement.reasons.join('; ') || judgement.verdict}`;
      if (line !== shown) context.progress(line);
      shown = line;
      await sleep(EVERY_MS);
      status = await read();
    }
    context.print(status, rolloutText(status, new Date()));
    return EXIT_OK;
  },
};
