import * as z from 'zod';
import { DatasetVersion } from '../../domain/registry/entities.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';
import { requireReason, versionNumber } from '../registry-lists.ts';
import { verdictLine, verdictsOf, waitOptions } from '../rejudging.ts';

const Answer = z.object({
  model: z.string(),
  of: z.number().int(),
  dataset: z.number().int().optional(),
  requested: z.boolean(),
});

export const dataRelease: Command = {
  name: 'data release',
  summary: 'Let rows that were set aside pass, or all of a rejected data set, in your name',
  usage: 'data release <model> <dataset> --reason <reason> [--no-wait]',
  details:
    'Makes a version of its own: of an accepted data set it has the rows that were set aside, of a rejected one all rows. What no type can hold stays set aside. Your name and the reason are kept with it. Asking again changes nothing.',
  options: { ...apiOptions, ...waitOptions, reason: { type: 'string', short: 'r' } },
  arguments: { min: 2, max: 2 },
  run: async (context) => {
    const [model = '', id = ''] = context.positionals;
    const version = versionNumber(id);
    const reason = requireReason(context, dataRelease.usage);
    const client = connect(context);
    const path = (...rest: (string | number)[]) => pathTo('models', model, 'datasets', ...rest);
    const answer = await client.post(path(version, 'release'), { reason }, Answer);
    if (answer.dataset !== undefined) {
      const released = await client.get(path(answer.dataset), DatasetVersion);
      const { by, reason: why } = released.origin?.kind === 'release' ? released.origin : { by: '', reason: '' };
      context.print({ ...answer, released }, `released already by ${by} (${why}): ${verdictLine(released)}`);
      return EXIT_OK;
    }
    if (context.options['no-wait'] === true) {
      context.print(answer, `asked for the release of data set ${version}; millrace data list ${model} shows it`);
      return EXIT_OK;
    }
    const { progress } = context;
    const found = await verdictsOf({ client, model, progress }, [version], ({ origin }, of) =>
      Boolean(origin?.kind === 'release' && origin.of === of),
    );
    const released = found.get(version);
    context.print(
      { ...answer, released },
      released
        ? `released data set ${version} as ${verdictLine(released)}`
        : `asked for the release of data set ${version}, but there is no verdict yet; millrace data list ${model} shows it`,
    );
    return released ? EXIT_OK : EXIT_FAILED;
  },
};
