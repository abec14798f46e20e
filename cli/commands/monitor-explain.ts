import * as z from 'zod';
import { nearest } from '../../domain/nearest.ts';
import { Decision, MonitorWindow } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK, UsageError } from '../command.ts';
import { explain, explanationText, subjectsOf } from '../monitor-explanation.ts';
import { readReport, readWindow, windowOption } from '../monitored-window.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from '../registry-client.ts';
import { listOf } from '../registry-lists.ts';

/** Windows and decisions looked through: as many as one answer has. */
const LOOKED_THROUGH = 1_000;

export const monitorExplain: Command = {
  name: 'monitor explain',
  summary: 'Say in sentences how the status of a window came to be, and what would change it',
  usage: 'monitor explain <model> [--window <start>|latest] [--subject <subject>]',
  details: '--subject names a feature, prediction, or a metric: only what is about it is explained.',
  options: { ...apiOptions, ...windowOption, subject: { type: 'string', short: 's' } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const client = connect(context);
    const window = await readWindow(client, model, context.options.window);
    const report = await readReport(client, window);
    const subject = context.options.subject as string | undefined;
    const subjects = subjectsOf(report);
    if (subject !== undefined && !subjects.includes(subject)) {
      const guess = nearest(subject, subjects);
      const hint = guess === undefined ? `there are ${subjects.join(', ') || 'none'}` : `did you mean ${guess}?`;
      throw new UsageError(`the window has no finding about ${subject}; ${hint}`);
    }
    const [earlier, retrains] = await Promise.all([earlierThan(client, window), retrainsAfter(client, window)]);
    const explained = { window, report, earlier, retrains, subject };
    const parts = explain(explained);
    context.print({ window, subject, parts, retrains }, explanationText(explained, parts));
    return EXIT_OK;
  },
};

async function earlierThan(client: RegistryClient, { model, windowStart }: MonitorWindow): Promise<MonitorWindow[]> {
  const query = { limit: LOOKED_THROUGH };
  const { items } = await client.get(pathTo('models', model, 'windows'), listOf(MonitorWindow), query);
  return items.filter((window) => window.windowStart < windowStart);
}

const RetrainNumbers = z.looseObject({ alarm: z.looseObject({ decision: z.string() }).optional() });
const MonitorNumbers = z.looseObject({ windowStart: z.string() });

/** Decisions about alarms of the window; an alarm may have been raised by an earlier issue of its figures. */
async function retrainsAfter(client: RegistryClient, window: MonitorWindow): Promise<Decision[]> {
  const { model, windowStart, windowEnd, decisionId, revision, at } = window;
  const query = { kind: 'retrain', limit: LOOKED_THROUGH };
  const { items } = await client.get(pathTo('models', model, 'decisions'), listOf(Decision), query);
  const found: Decision[] = [];
  for (const retrain of items) {
    const alarm = RetrainNumbers.parse(retrain.numbers).alarm?.decision;
    if (alarm === undefined) continue;
    if (alarm === decisionId) found.push(retrain);
    else if (revision > 1 && retrain.at >= windowEnd && retrain.at <= at) {
      const { numbers } = await client.get(pathTo('models', model, 'decisions', alarm), Decision);
      if (MonitorNumbers.parse(numbers).windowStart === windowStart) found.push(retrain);
    }
  }
  return found;
}
