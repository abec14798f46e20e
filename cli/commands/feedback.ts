import * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { type Command, EXIT_OK, UsageError } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';

const Taken = z.object({
  accepted: z.number().int(),
  errors: z.array(z.object({ index: z.number().int(), error: z.string() })),
});

export const feedback: Command = {
  name: 'feedback',
  summary: 'Tell what a prediction turned out to be',
  usage: 'feedback <model> --inference-id <id> --label <label> [--row <n>] [--at <time>]',
  details:
    '--inference-id is what the prediction was answered with, of the call or of one row (<id>.<row>).\n' +
    '--at says when the label became known (default now); of two labels for a row the later counts.\n' +
    'An id does not say of which model it is: one of another model is taken if this one has a version of its number,\n' +
    'and millrace monitor show counts it as a label of rows not captured.',
  options: {
    ...apiOptions,
    'inference-id': { type: 'string', short: 'i' },
    label: { type: 'string', short: 'l' },
    row: { type: 'string' },
    at: { type: 'string' },
  },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const { 'inference-id': inferenceId, label, row, at } = context.options;
    if (typeof inferenceId !== 'string' || typeof label !== 'string') {
      throw new UsageError(`usage: millrace ${feedback.usage}`);
    }
    if (row !== undefined && !/^[0-9]{1,7}$/.test(String(row))) {
      throw new UsageError(`--row must be a whole number from 0 on, got ${row}`);
    }
    const item = {
      inference_id: inferenceId,
      label,
      ...(row === undefined ? {} : { row: Number(row) }),
      ...(at ? { at } : {}),
    };
    const taken = await connect(context, 'feedback').post(pathTo(model), { labels: [item] }, Taken);
    if (taken.errors.length > 0) throw new InvalidInputError(taken.errors.map(({ error }) => error));
    context.print(taken, `the label of ${inferenceId} was taken`);
    return EXIT_OK;
  },
};
