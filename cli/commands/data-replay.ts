import * as z from 'zod';
import { type Command, type CommandContext, EXIT_FAILED, EXIT_OK, UsageError } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { requireReason, versionNumber } from '../registry-lists.ts';
import { verdictLine, verdictsOf, waitOptions } from '../rejudging.ts';

const Answer = z.object({
  model: z.string(),
  specVersion: z.number().int(),
  requested: z.array(z.number().int()),
  done: z.array(z.object({ of: z.number().int(), dataset: z.number().int() })),
  skipped: z.array(z.object({ of: z.number().int(), why: z.string() })),
});

export const dataReplay: Command = {
  name: 'data replay',
  summary: 'Judge earlier uploads again under the current spec',
  usage: 'data replay <model> (--since <time> | --dataset <dataset>…) --reason <reason> [--no-wait]',
  details:
    'Each gets a version of its own, which takes the place of the earlier one whatever its verdict: training looks at it instead. The time is ISO 8601, a day stands for its first moment in UTC. Asking again changes nothing.',
  options: {
    ...apiOptions,
    ...waitOptions,
    since: { type: 'string' },
    dataset: { type: 'string', multiple: true },
    reason: { type: 'string', short: 'r' },
  },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const reason = requireReason(context, dataReplay.usage);
    const client = connect(context);
    const body = { ...wanted(context), reason };
    const answer = await client.post(pathTo('models', model, 'datasets', 'replay'), body, Answer);
    const { requested, specVersion, done, skipped } = answer;
    const told = [
      ...done.map(
        ({ of, dataset }) => `data set ${of}: judged under spec ${specVersion} already, as data set ${dataset}`,
      ),
      ...skipped.map(({ of, why }) => `data set ${of}: left alone, ${why}`),
    ];
    if (requested.length === 0) {
      context.print({ ...answer, replayed: [] }, told.join('\n') || `${model} has no data set to judge again`);
      return EXIT_OK;
    }
    if (context.options['no-wait'] === true) {
      const asked = `asked for data sets ${requested.join(', ')} to be judged again under spec ${specVersion}`;
      context.print(answer, [...told, asked].join('\n'));
      return EXIT_OK;
    }
    const { progress } = context;
    const found = await verdictsOf({ client, model, progress }, requested, ({ origin, specVersion: spec }, of) =>
      Boolean(origin?.kind === 'replay' && origin.of === of && spec === specVersion),
    );
    const lines = requested.map((of) => {
      const made = found.get(of);
      return made ? `data set ${of} again as ${verdictLine(made)}` : `data set ${of}: there is no verdict yet`;
    });
    context.print({ ...answer, replayed: [...found.values()] }, [...told, ...lines].join('\n'));
    return found.size === requested.length ? EXIT_OK : EXIT_FAILED;
  },
};

function wanted({ options }: CommandContext): { since: string } | { datasets: number[] } {
  const { since, dataset } = options;
  if ((since === undefined) === (dataset === undefined))
    throw new UsageError(`give exactly one of --since and --dataset: millrace ${dataReplay.usage}`);
  if (Array.isArray(dataset)) return { datasets: dataset.map((one) => versionNumber(String(one))) };
  const text = String(since);
  const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const time = new Date(text);
  if (!isTime || Number.isNaN(time.getTime()))
    throw new UsageError(
      `--since must be a day or a time with its zone, such as 2026-11-01 or 2026-11-01T06:00Z, got ${text}`,
    );
  return { since: time.toISOString() };
}
