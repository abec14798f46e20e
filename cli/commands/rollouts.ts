import { Rollout } from '../../domain/registry/entities.ts';
import { firstLine, lasted, relativeTime } from '../format.ts';
import { listCommand } from '../registry-lists.ts';

export const rollouts = listCommand({
  noun: 'rollouts',
  summary: 'List the rollouts of a model',
  item: Rollout,
  columns: (now) => [
    { title: 'ROLLOUT', cell: ({ rolloutId }) => rolloutId },
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'CANDIDATE', cell: ({ candidate }) => candidate },
    { title: 'CHAMPION', cell: ({ champion }) => champion },
    { title: 'STEP', cell: ({ step }) => (step < 0 ? undefined : step + 1) },
    { title: 'TARGET', cell: ({ target }) => (target.kind === 'endpoint' ? target.endpointName : 'lambda') },
    { title: 'STARTED', cell: ({ startedAt }) => relativeTime(startedAt, now) },
    { title: 'TOOK', cell: ({ startedAt, endedAt }) => lasted(startedAt, endedAt) },
    { title: 'WHY', cell: ({ reasons }) => firstLine(reasons.at(-1)) },
  ],
});
