import { ModelVersion } from '../../domain/registry/entities.ts';
import { figures, relativeTime, shortDigest } from '../format.ts';
import { listCommand } from '../registry-lists.ts';

export const versions = listCommand({
  noun: 'versions',
  summary: 'List the versions of a model',
  item: ModelVersion,
  columns: (now) => [
    { title: 'VERSION', cell: ({ version }) => version },
    { title: 'APPROVAL', cell: ({ approvalStatus }) => approvalStatus },
    { title: 'METRICS', cell: ({ metrics }) => figures(metrics) },
    { title: 'RUN', cell: ({ runId }) => runId },
    { title: 'MODEL', cell: ({ artifacts }) => shortDigest(artifacts.model.sha256) },
    { title: 'REGISTERED', cell: ({ at }) => relativeTime(at, now) },
  ],
});
