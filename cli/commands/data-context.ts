import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import { FetchedContext } from '../../domain/contracts/fetched-context.ts';
import { readHoldoutIds } from '../../engine/measure/read-holdout-ids.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { type Command, type CommandContext, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';

export const dataContext: Command = {
  name: 'data context',
  summary: 'Fetch what the next upload of a model is judged beside: history, champion, holdout',
  usage: 'data context <model> [--out <file>]',
  details: 'With it millrace validate --context comes to the verdict that an upload would get at this moment.',
  options: { ...apiOptions, out: { type: 'string' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const { out } = context.options;
    const path = pathTo('models', model, 'validation-context');
    const fetched = await connect(context).get(path, FetchedContext, { holdout: 1 });
    const found = await withHoldoutIds(fetched, context);
    const text = `${JSON.stringify(found, null, 2)}\n`;
    if (typeof out !== 'string') {
      context.print(found, text);
      return EXIT_OK;
    }
    writeFileSync(resolve(context.io.cwd, out), text);
    const { at, history, champion } = found;
    const summary = { file: out, at, history: history.map(({ dataset }) => dataset), champion: champion?.version };
    context.print(summary, `${out}: ${history.length} data sets of history, champion ${champion?.version ?? 'none'}`);
    return EXIT_OK;
  },
};

/** Reads the rows of the holdout on this machine; that they expired is the same here as for an upload. */
async function withHoldoutIds(
  { holdoutRows, ...context }: FetchedContext,
  { progress }: CommandContext,
): Promise<ValidationContext> {
  if (!holdoutRows) return context;
  progress('reading the rows the champion was judged on');
  const response = await fetch(holdoutRows.url).catch((cause: unknown) => {
    throw new UnavailableError('the rows of the holdout cannot be reached', { cause });
  });
  if (response.status === 404) {
    progress('they have expired: a check of holdout overlap cannot look');
    return context;
  }
  if (!response.ok || !response.body)
    throw new UnavailableError(`reading the rows of the holdout was answered with ${response.status}`);
  const { body } = response;
  const holdoutIds = await withWorkFolder('holdout', async (folder) => {
    const path = join(folder, 'rows.parquet');
    await writeFile(path, body);
    return readHoldoutIds(path, holdoutRows.id, { folder });
  });
  return { ...context, holdoutIds };
}
