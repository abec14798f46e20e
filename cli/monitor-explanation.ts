import { figure, many, percent, whole } from '../domain/html/figures.ts';
import type { Finding, MonitorKind, MonitorOutcome } from '../domain/monitoring/finding.ts';
import type { MonitorReport } from '../domain/monitoring/report.ts';
import { about, breachedStarts, type Explained } from './explained-window.ts';
import { printable } from './format.ts';
import { remedies } from './monitor-remedies.ts';
import { minute, notCaptured, notCounted, spanText, statusText } from './monitor-text.ts';

/** Findings told of one monitor. */
const MOST = 10;

/** A part of the explanation: sentences under a title. */
export interface Part {
  readonly title: string;
  readonly sentences: readonly string[];
}

/** How the status of a window came to be, in sentences; each number is of its report or of a decision. */
export function explain(explained: Explained): Part[] {
  const { report, subject } = explained;
  const told = report.outcomes
    .map((outcome) => ({ outcome, findings: about(report, outcome.monitor, subject) }))
    .filter(({ findings }) => subject === undefined || findings.length > 0);
  const isLoud = ({ outcome, findings }: Told) =>
    matters(outcome) && (subject === undefined || findings.some((finding) => matters(finding)));
  const loud = told.filter(isLoud);
  const quiet = told.filter((one) => !isLoud(one));
  return [
    { title: 'the data', sentences: dataSentences(explained) },
    ...loud.map((one) => ({
      title: `${one.outcome.monitor}: ${statusText(one.outcome.status)}`,
      sentences: [...findingSentences(one), ...persistenceSentences(one.outcome, explained)],
    })),
    ...(quiet.length > 0
      ? [{ title: 'the other monitors', sentences: quiet.flatMap((one) => quietSentences(one, subject)) }]
      : []),
    { title: 'chance', sentences: chanceSentences(report) },
    { title: 'retraining', sentences: retrainSentences(explained) },
    { title: 'what would have to change', sentences: remedies(explained) },
  ];
}

interface Told {
  readonly outcome: MonitorOutcome;
  readonly findings: readonly Finding[];
}

const matters = ({ status }: Pick<Finding, 'status'>): boolean => status === 'alarm' || status === 'warn';

export const explanationText = ({ window }: Explained, parts: readonly Part[]): string =>
  [
    `${window.model}:${window.version}  ${spanText(window)}  ${statusText(window.status)}\n`,
    ...parts.map(
      ({ title, sentences }) => `${title}\n${sentences.map((sentence) => `  ${printable(sentence)}\n`).join('')}`,
    ),
  ].join('\n');

/** Subjects that have findings, in their order. */
export const subjectsOf = ({ findings }: MonitorReport): string[] => [
  ...new Set(findings.map(({ subject }) => subject)),
];

function dataSentences({ window, report }: Explained): string[] {
  const { rows, sampledRows, minRows, baselineRows, labelCoverage, specVersion } = report;
  const compared = `compared with ${many(baselineRows, 'row')} of its training, by spec ${specVersion}`;
  const uncounted = notCounted(report);
  const uncaptured = notCaptured(report);
  return [
    `The window ${spanText(window)} has ${many(rows, 'row')} of version ${window.version}, ${compared}.`,
    ...(sampledRows < rows
      ? [`${many(sampledRows, 'row')} of them were captured; each stands for others by its weight.`]
      : []),
    ...(rows < minRows ? [`monitoring.minRows is ${minRows}: with fewer nothing is said.`] : []),
    `What came true is known of ${percent(labelCoverage)} of the rows. These are the figures of revision ${window.revision}.`,
    ...(uncounted.length > 0 ? [`In no figure: ${uncounted.join(', ')}.`] : []),
    ...(uncaptured.length > 0 ? [`Not captured, so that nothing is said of them: ${uncaptured.join(', ')}.`] : []),
  ];
}

/** What says how likely as much is by chance. */
const TESTS: Readonly<Record<MonitorKind, string>> = {
  'data-quality': 'a binomial test against the share that is allowed',
  'feature-drift': "Pearson's test over the baseline's bins and, where they have an order, a rank-sum test",
  missingness: "Fisher's exact test of a rise",
  'new-categories': "Fisher's exact test of a rise",
  'prediction-drift': "Pearson's test over the baseline's bins and, where they have an order, a rank-sum test",
  quality: 'a one-sided normal test of the difference',
  'estimated-quality': 'a one-sided normal test of the difference',
  bias: 'a one-sided normal test, besides a 95 % confidence interval that lies outside what is allowed',
};

function findingSentences({ outcome, findings }: Told): string[] {
  const told = findings.filter(matters);
  const shown = told.slice(0, MOST);
  return [
    ...shown.map(sentenceOf),
    ...(told.length > shown.length
      ? [`And ${whole(told.length - shown.length)} more, which monitor show --all lists.`]
      : []),
    `The test is ${TESTS[outcome.monitor]}.`,
  ];
}

const sentenceOf = (finding: Finding): string => `${finding.message}. ${judgement(finding)}.`;

function judgement({ monitor, status, significant, pValue, severity, message }: Finding): string {
  if (status === 'insufficient_data') return 'Nothing can be said';
  if (status === 'alarm')
    return `It breaches: as large as its threshold, and significant; severity ${figure(severity)}`;
  if (status === 'warn') {
    if (monitor === 'estimated-quality') return 'Significant; an estimate is a warning at most';
    if (message.endsWith('; muted')) return 'Significant; of a muted feature it is a warning at most';
    return 'Significant, and half as large as its threshold or more: a warning';
  }
  if (pValue === undefined) return 'There is nothing to test';
  return significant ? 'Significant, but too small to matter' : 'Not significant';
}

function quietSentences({ outcome, findings }: Told, subject: string | undefined): string[] {
  const { monitor, status, reason } = outcome;
  if (subject !== undefined) return findings.map((finding) => `${monitor}: ${sentenceOf(finding)}`);
  return [status === 'ok' ? `${monitor} is ok: ${reason}.` : `${monitor} says nothing: ${reason}.`];
}

function persistenceSentences(outcome: MonitorOutcome, explained: Explained): string[] {
  const { breaches, of, breached } = outcome;
  if (!breached) return [];
  const { rule } = explained.report;
  const starts = breachedStarts(outcome, explained);
  // windows before it are issued anew by late labels
  const which = starts.length === breaches ? `: those from ${starts.map(minute).join(', ')}` : ' when it was judged';
  const asked = `an alarm takes ${rule.breaches} of ${rule.of}`;
  return [
    `${breaches} of the last ${many(of, 'window')} of version ${explained.window.version} that had enough data breached, this one included${which}; ${asked}.`,
  ];
}

function chanceSentences({ rule }: MonitorReport): string[] {
  const { falseDiscoveryRate, tests, breachProbability, breaches, of, falseAlarmDays } = rule;
  const days = many(Math.floor(falseAlarmDays), 'day');
  return [
    `${many(tests, 'test')} of the window can breach. They are corrected together (Benjamini–Hochberg) at the rate ${figure(falseDiscoveryRate)}: that is ${percent(falseDiscoveryRate / breachProbability)} of the ${percent(breachProbability)} that monitoring.falseDiscoveryRate and monitoring.falseAlarmInterval leave, as the tests are a trifle too light where counts are small.`,
    `If nothing had changed, a window would breach with a probability of at most ${percent(breachProbability)}, and ${breaches} of ${of} would by chance once in ${days} or less often, as long as windows breach independently of each other.`,
  ];
}

function retrainSentences({ window, retrains }: Explained): string[] {
  if (retrains.length > 0) {
    return retrains.flatMap(({ at, outcome, reasons, decisionId, model }) => [
      `${minute(at)}: ${outcome === 'start' ? 'a retraining was started' : 'no retraining'}, because ${reasons.join('; ')}.`,
      `  millrace decisions show ${model} ${decisionId}  has every figure`,
    ]);
  }
  if (window.status === 'alarm') return ['No decision about its alarm is recorded yet.'];
  return ['Nothing was decided: only an alarm asks for it.'];
}
