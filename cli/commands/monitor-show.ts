import { type Command, EXIT_OK } from '../command.ts';
import { nextSteps, windowText } from '../monitor-text.ts';
import { readReport, readWindow, windowOption } from '../monitored-window.ts';
import { apiOptions, connect } from '../registry-client.ts';

export const monitorShow: Command = {
  name: 'monitor show',
  summary: 'Show a monitored window: each monitor, what it found, and what to do',
  usage: 'monitor show <model> [--window <start>|latest] [--all]',
  details: '--window names the window that begins at, or else holds, that time, in UTC unless it says otherwise.',
  options: { ...apiOptions, ...windowOption, all: { type: 'boolean', default: false } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const client = connect(context);
    const window = await readWindow(client, model, context.options.window);
    const report = await readReport(client, window);
    const all = context.options.all === true;
    const value = { window, report, next: nextSteps(window, report) };
    context.print(value, windowText(window, report, { all }));
    return EXIT_OK;
  },
};
