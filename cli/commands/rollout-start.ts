import * as z from 'zod';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { versionNumber } from '../registry-lists.ts';

const Started = z.object({ model: z.string(), version: z.number().int(), rolloutId: z.string() });

export const rolloutStart: Command = {
  name: 'rollout start',
  summary: 'Roll a registered version out by the strategy of its spec',
  usage: 'rollout start <model> <version>',
  options: apiOptions,
  arguments: { min: 2, max: 2 },
  run: async (context) => {
    const [model = '', version = ''] = context.positionals;
    const body = { version: versionNumber(version) };
    const started = await connect(context).post(pathTo('models', model, 'rollouts'), body, Started);
    context.print(started, `rollout ${started.rolloutId} has started; millrace rollouts ${model} shows how it goes`);
    return EXIT_OK;
  },
};
