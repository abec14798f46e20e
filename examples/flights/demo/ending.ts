import type { Decision, MonitorWindow } from '../../../domain/registry/entities.ts';
import type { Narrator } from './narrator.ts';
import type { DemoResult } from './story.ts';
import { tellSaid } from './targets.ts';
import type { FinishedRun } from './train.ts';

/** What happened, as tables: the weeks, the decision, and where the time went. */
export function tellEnding(
  { model, first, timing, weeks, retrained, refused, said }: DemoResult,
  kept: boolean,
  tell: Narrator,
): void {
  tell.chapter(`${said ? 7 : 6}  What happened`);
  tell.table(
    ['week', 'flights', 'mean score', 'AUC', 'estimated', 'labels', 'monitor'],
    weeks.map(({ week, rows, meanScore, window }) => [
      String(week),
      rows.toLocaleString('en'),
      meanScore.toFixed(3),
      window.figures.auc?.toFixed(3) ?? '-',
      window.figures.estimated_auc?.toFixed(3) ?? '-',
      `${Math.round(100 * window.labelCoverage)} %`,
      `${window.status}${window.breached ? `: ${breached(window)}` : ''}`,
    ]),
  );
  tell.chapter(`   Decision record ${retrained.gate.decisionId}: ${retrained.gate.outcome}`);
  tell.table(
    ['gate'],
    retrained.gate.reasons.map((reason) => [reason]),
  );
  tell.chapter('   On the same holdout');
  tell.table(['', 'champion', 'challenger'], comparison(retrained.gate, first, retrained));

  tell.chapter(`   Who answered while ${model}:${refused.rollout.candidate} had 30 % of the traffic`);
  tell.table(
    ['version', 'requests answered'],
    Object.entries(refused.answered).map(([version, count]) => [`${model}:${version}`, count.toLocaleString('en')]),
  );

  if (said) {
    tell.chapter('   The same flights on every target, through every protocol');
    tellSaid(said, tell);
  }

  tell.chapter('   Where the time went, upload to first prediction');
  tell.table(
    ['part', 'seconds'],
    [
      ['SageMaker training job', timing.trainingSeconds.toFixed(1)],
      ['waiting for further uploads, as the spec asks', timing.debounceSeconds.toFixed(1)],
      ['Millrace itself', timing.ownSeconds.toFixed(1)],
      ['  of it the endpoint coming into service', timing.endpointSeconds.toFixed(1)],
    ],
  );
  const next = kept
    ? [`npx millrace monitor show ${model}`, `npx millrace decisions ${model}`, 'npx millrace down']
    : ['npm run demo -- --keep', 'npx millrace up'];
  tell.chapter(`   To explore: ${next.join(' · ')}`);
}

const breached = ({ outcomes }: MonitorWindow): string =>
  outcomes
    .filter((outcome) => outcome.breached)
    .map(({ monitor }) => monitor)
    .join(', ');

function comparison(gate: Decision, first: FinishedRun, retrained: FinishedRun): string[][] {
  const shown = (metrics: unknown, name: string) => {
    const value = (metrics as Record<string, unknown> | undefined)?.[name];
    return typeof value === 'number' ? value.toFixed(4) : '-';
  };
  const { candidate, champion } = gate.numbers as { candidate?: unknown; champion?: { metrics?: unknown } };
  const rows = Object.keys(retrained.run.metrics ?? {}).map((name) => [
    name,
    shown(champion?.metrics, name),
    shown(candidate ?? retrained.run.metrics, name),
  ]);
  return [
    ['trained on data sets', first.run.datasetVersions.join(' '), retrained.run.datasetVersions.join(' ')],
    ...rows,
  ];
}
