import { MonitorWindow } from '../../domain/registry/entities.ts';
import { relativeTime } from '../format.ts';
import { listCommand } from '../registry-lists.ts';

export const windows = listCommand({
  noun: 'windows',
  summary: 'List the monitored windows of a model',
  item: MonitorWindow,
  columns: (now) => [
    { title: 'FROM', cell: ({ windowStart }) => windowStart.slice(0, 16).replace('T', ' ') },
    { title: 'TO', cell: ({ windowEnd }) => windowEnd.slice(0, 16).replace('T', ' ') },
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'BREACHED', cell: ({ breached }) => (breached ? 'yes' : 'no') },
    { title: 'ROWS', cell: ({ rows }) => rows },
    { title: 'VERSION', cell: ({ version }) => version },
    { title: 'DECISION', cell: ({ decisionId }) => decisionId },
    { title: 'SEEN', cell: ({ at }) => relativeTime(at, now) },
  ],
});
