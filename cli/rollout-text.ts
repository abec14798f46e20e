import type { RolloutStatus } from '../domain/rollout/rollout-status.ts';
import { relativeTime } from './format.ts';
import { table } from './table.ts';

const percent = (share: number): string => `${Number((share * 100).toFixed(2))}%`;

/** How a rollout stands, in words. */
export function rolloutText(status: RolloutStatus, now: Date): string {
  const { rolloutId, candidate, champion, strategy, shares, step, arms, shadow, pause, startedAt, endedAt } = status;
  const beside = champion === undefined ? '' : ` beside ${champion}`;
  const at =
    step >= 0 && shares.length > 0 && strategy !== 'shadow'
      ? `, step ${step + 1} of ${shares.length} (${shares.map(percent).join(' ')})`
      : '';
  const when = endedAt ? `ended ${relativeTime(endedAt, now)}` : `started ${relativeTime(startedAt, now)}`;
  return [
    `${rolloutId}: version ${candidate}${beside}, ${strategy}${at}, ${status.status}, ${when}`,
    '',
    table(arms, [
      { title: 'VERSION', cell: ({ version }) => version },
      { title: 'ROLE', cell: ({ role }) => role },
      {
        title: 'SHARE',
        cell: ({ version, share }) =>
          version === shadow?.version ? `${percent(shadow.share)} copied` : percent(share),
      },
      { title: 'REQUESTS', cell: ({ requests }) => requests },
      { title: 'ERRORS', cell: ({ errors }) => errors },
      {
        title: 'P50',
        cell: ({ p50LatencyMs: ms }) => (ms === undefined ? undefined : `${Number(ms.toPrecision(2))} ms`),
      },
      {
        title: 'P95',
        cell: ({ p95LatencyMs: ms }) => (ms === undefined ? undefined : `${Number(ms.toPrecision(2))} ms`),
      },
      {
        title: 'MEAN LATENCY',
        cell: ({ meanLatencyMs: ms }) => (ms === undefined ? undefined : `${ms.toFixed(1)} ms`),
      },
    ]),
    '',
    ...comparisonText(status),
    ...(pause ? [`paused ${relativeTime(pause.at, now)} by ${pause.by}: ${pause.reason}`] : []),
    judgementText(status),
  ].join('\n');
}

function comparisonText({ comparison }: RolloutStatus): string[] {
  if (!comparison) return [];
  const { requests, rows, disagreement, meanDifference, largestAtMost } = comparison;
  const largest = largestAtMost === undefined ? '' : `, at most ${largestAtMost}`;
  return [
    `beside the champion: ${requests} requests, ${rows} rows; ${percent(disagreement)} decided otherwise; difference ${Number(meanDifference.toPrecision(3))} on average${largest}`,
    '',
  ];
}

const VERDICTS: Readonly<Record<string, string>> = {
  wait: 'the judge waits',
  next: 'the judge goes on to the next step at its next look',
  promote: 'the judge promotes at its next look',
  'roll-back': 'the judge rolls back at its next look',
};

function judgementText({ judgement: { verdict, reasons } }: RolloutStatus): string {
  const head = VERDICTS[verdict] ?? verdict;
  return reasons.length > 0 ? `${head}: ${reasons.join('; ')}` : head;
}
