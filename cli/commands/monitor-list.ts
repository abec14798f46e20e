import { percent } from '../../domain/html/figures.ts';
import { MonitorWindow } from '../../domain/registry/entities.ts';
import { type Command, EXIT_OK } from '../command.ts';
import { relativeTime } from '../format.ts';
import { minute, statusText } from '../monitor-text.ts';
import { connect } from '../registry-client.ts';
import { limitOf, listOf, listOptions, printList } from '../registry-lists.ts';

const URGENCY: readonly MonitorWindow['status'][] = ['alarm', 'warn', 'insufficient_data', 'ok'];

export const monitorList: Command = {
  name: 'monitor list',
  summary: 'List the newest monitored window of every model, alarms first',
  usage: 'monitor list [--limit <limit>]',
  options: listOptions,
  run: async (context) => {
    const limit = limitOf(context.options);
    const { items, more } = await connect(context).get('monitors', listOf(MonitorWindow), { limit });
    const now = new Date();
    const urgent = items.toSorted((a, b) => URGENCY.indexOf(a.status) - URGENCY.indexOf(b.status));
    printList(
      context,
      { items: urgent, more },
      [
        { title: 'MODEL', cell: ({ model, version }) => `${model}:${version}` },
        { title: 'FROM', cell: ({ windowStart }) => minute(windowStart) },
        { title: 'TO', cell: ({ windowEnd }) => minute(windowEnd) },
        { title: 'STATUS', cell: ({ status }) => statusText(status) },
        { title: 'ROWS', cell: ({ rows }) => rows },
        { title: 'LABELLED', cell: ({ labelCoverage }) => percent(labelCoverage) },
        { title: 'BECAUSE OF', cell: worstMonitors },
        { title: 'SEEN', cell: ({ at }) => relativeTime(at, now) },
      ],
      'no model was monitored yet: windows are once they have predictions and are over; millrace monitor tick looks now',
    );
    return EXIT_OK;
  },
};

/** Those that are as bad as the window is. */
function worstMonitors({ status, outcomes }: MonitorWindow): string | undefined {
  if (status !== 'alarm' && status !== 'warn') return undefined;
  const worst = outcomes.filter((outcome) => outcome.status === status);
  return worst.map(({ monitor }) => monitor).join(', ') || undefined;
}
