import { Batch } from '../../domain/registry/batch.ts';
import { inputText } from '../batch-text.ts';
import { firstLine, lasted, relativeTime } from '../format.ts';
import { listCommand } from '../registry-lists.ts';

export const batchList = listCommand({
  noun: 'batches',
  name: 'batch list',
  summary: 'List what was scored in batches',
  item: Batch,
  columns: (now) => [
    { title: 'BATCH', cell: ({ batchId }) => batchId },
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'VERSION', cell: ({ version }) => version },
    { title: 'INPUT', cell: ({ input }) => firstLine(inputText(input), 48) },
    { title: 'SCORED', cell: ({ rows }) => rows?.scored },
    { title: 'SKIPPED', cell: ({ rows }) => rows?.skipped },
    { title: 'STARTED', cell: ({ startedAt }) => relativeTime(startedAt, now) },
    { title: 'TOOK', cell: ({ startedAt, endedAt }) => lasted(startedAt, endedAt) },
    { title: 'WHY', cell: ({ failure, trigger }) => firstLine(failure?.cause ?? trigger) },
  ],
});
