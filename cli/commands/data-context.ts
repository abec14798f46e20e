import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ValidationContext } from '../../domain/contracts/context.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { apiOptions, connect, pathTo } from '../registry-client.ts';

export const dataContext: Command = {
  name: 'data context',
  summary: 'Fetch what a model’s next upload is judged beside: history, champion, holdout',
  usage: 'data context <model> [--out <file>] [--no-holdout]',
  details: 'With it millrace validate --context comes to the verdict that an upload would get at this moment.',
  options: { ...apiOptions, out: { type: 'string' }, 'no-holdout': { type: 'boolean' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const { out, 'no-holdout': without } = context.options;
    const path = pathTo('models', model, 'validation-context');
    const found = await connect(context).get(path, ValidationContext, { holdout: without === true ? 0 : 1 });
    if (!found.holdoutIds && found.champion && without !== true)
      context.progress('the ids of the holdout are not in it: a check of holdout overlap cannot look');
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
