import { TrainingRun } from '../../domain/registry/entities.ts';
import { figures, firstLine, lasted, relativeTime } from '../format.ts';
import { listCommand } from '../registry-lists.ts';

export const runs = listCommand({
  noun: 'runs',
  summary: 'List the training runs of a model',
  item: TrainingRun,
  columns: (now) => [
    { title: 'RUN', cell: ({ runId }) => runId },
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'VERSION', cell: ({ modelVersion }) => modelVersion },
    { title: 'DATA', cell: ({ datasetVersions }) => firstLine(datasetVersions.join(','), 16) },
    { title: 'METRICS', cell: ({ metrics }) => figures(metrics, 2) },
    { title: 'STARTED', cell: ({ startedAt }) => relativeTime(startedAt, now) },
    { title: 'TOOK', cell: ({ startedAt, endedAt }) => lasted(startedAt, endedAt) },
    { title: 'WHY', cell: ({ trigger, failure }) => firstLine(failure ? failure.cause : trigger.reason) },
  ],
});
