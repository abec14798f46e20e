import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { monitorPage } from '../../domain/monitoring/html/monitor-page.ts';
import { type Command, type CommandContext, EXIT_OK } from '../command.ts';
import { nextSteps, windowText } from '../monitor-text.ts';
import { readProfiles, readReport, readWindow, windowOption } from '../monitored-window.ts';
import { outputFiles } from '../output-files.ts';
import { apiOptions, connect } from '../registry-client.ts';

export const monitorShow: Command = {
  name: 'monitor show',
  summary: 'Show a monitored window: each monitor, what it found, and what to do',
  usage: 'monitor show <model> [--window <start>|latest] [--all] [--report <file>]',
  details:
    '--window names the window that begins at, or else holds, that time, in UTC unless it says otherwise. --report writes\n' +
    'an HTML page with the distributions, which needs nothing else.',
  options: { ...apiOptions, ...windowOption, all: { type: 'boolean' }, report: { type: 'string' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const client = connect(context);
    const window = await readWindow(client, model, context.options.window);
    const report = await readReport(client, window);
    const all = context.options.all === true;
    const page = pageFile(context);
    if (page !== undefined) {
      const profiles = await readProfiles(client, window);
      mkdirSync(dirname(page), { recursive: true });
      writeFileSync(page, monitorPage(report, profiles));
    }
    const written = page === undefined ? '' : `\nwritten to ${page}\n`;
    const value = { window, report, next: nextSteps(window, report) };
    context.print(value, `${windowText(window, report, { all })}${written}`);
    return EXIT_OK;
  },
};

function pageFile({ options: { report }, positionals: [model = ''], io: { cwd } }: CommandContext): string | undefined {
  if (typeof report !== 'string') return undefined;
  return outputFiles('--report', report, '.html', { inputs: [model], read: [], cwd })[0];
}
