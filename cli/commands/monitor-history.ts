import { percent } from '../../domain/html/figures.ts';
import { PERIODS, type Period } from '../../domain/monitoring/periods.ts';
import { type Command, EXIT_OK, UsageError } from '../command.ts';
import {
  breachedText,
  type HistoryEntry,
  qualityText,
  summedHistory,
  windowHistory,
  windowsText,
} from '../monitor-history.ts';
import { minute, statusText } from '../monitor-text.ts';
import { nothingMonitored } from '../monitored-window.ts';
import { connect } from '../registry-client.ts';
import { limitOf, listOptions, printList } from '../registry-lists.ts';
import type { Column } from '../table.ts';

const WINDOW = 'window';
const BY = [WINDOW, ...PERIODS].join('|');

export const monitorHistory: Command = {
  name: 'monitor history',
  summary: 'List the monitored windows of a model, or their sums by day, week or month',
  usage: `monitor history <model> [--by ${BY}] [--limit <limit>]`,
  details:
    'Sums are judged as one long window each, whose breach is a warning: alarms are of windows, and a sum counts those\n' +
    'it has. They are made of records, which expire; a period in which the version changed has a line for each.',
  options: { ...listOptions, by: { type: 'string', default: WINDOW } },
  arguments: { min: 1, max: 1 },
  run: async (context) => {
    const [model = ''] = context.positionals;
    const { by } = context.options;
    const limit = limitOf(context.options);
    const client = connect(context);
    const page =
      by === WINDOW
        ? await windowHistory(client, model, limit)
        : await summedHistory(client, model, periodOf(by), limit);
    printList(
      context,
      page,
      by === WINDOW ? [...COMMON, ...OF_WINDOW, WHAT] : [...COMMON, ...OF_SUM, WHAT],
      nothingMonitored(model),
    );
    return EXIT_OK;
  },
};

function periodOf(by: unknown): Period {
  const period = PERIODS.find((one) => one === by);
  if (!period) throw new UsageError(`--by must be one of ${BY}, got ${by}`);
  return period;
}

const COMMON: readonly Column<HistoryEntry>[] = [
  { title: 'FROM', cell: ({ windowStart }) => minute(windowStart) },
  { title: 'TO', cell: ({ windowEnd }) => minute(windowEnd) },
  { title: 'STATUS', cell: ({ status }) => statusText(status) },
  { title: 'ROWS', cell: ({ rows }) => rows },
  { title: 'LABELLED', cell: ({ labelCoverage }) => percent(labelCoverage) },
  { title: 'QUALITY', cell: ({ quality }) => qualityText(quality) },
  { title: 'ESTIMATED', cell: ({ estimatedQuality }) => qualityText(estimatedQuality) },
  { title: 'LARGEST DRIFT', cell: ({ largestDrift }) => largestDrift && Number(largestDrift.toPrecision(3)) },
  { title: 'VERSION', cell: ({ version }) => version },
];
const OF_WINDOW: readonly Column<HistoryEntry>[] = [{ title: 'REVISION', cell: ({ revision }) => revision }];
const OF_SUM: readonly Column<HistoryEntry>[] = [{ title: 'WINDOWS', cell: windowsText }];
const WHAT: Column<HistoryEntry> = { title: 'BREACHED', cell: breachedText };
