import * as z from 'zod';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { requireReason } from '../registry-lists.ts';

const Requested = z.object({ model: z.string(), requested: z.literal(true) });

export const train: Command = {
  name: 'train',
  summary: 'Ask for a training run on the data there is',
  usage: 'train <model> --reason <reason>',
  details:
    'No run starts while another one is running, without accepted data, or on the spec and data of an earlier run.',
  options: { ...apiOptions, reason: { type: 'string', short: 'r' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const reason = requireReason(context, train.usage);
    const requested = await connect(context).post(pathTo('models', model, 'runs'), { reason }, Requested);
    context.print(
      requested,
      `asked for a run of ${model}; millrace runs ${model} shows it once it has started, millrace decisions ${model} why it did not`,
    );
    return EXIT_OK;
  },
};
