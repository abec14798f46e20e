import { figure, many, percent, time, whole } from '../domain/html/figures.ts';
import { NOT_CAPTURED } from '../domain/monitoring/assess/column-monitors.ts';
import { segmentText } from '../domain/monitoring/assess/sentences.ts';
import { byStatus, type Finding, type MonitorOutcome } from '../domain/monitoring/finding.ts';
import type { MonitorReport } from '../domain/monitoring/report.ts';
import type { MonitorWindow } from '../domain/registry/entities.ts';
import { printable } from './format.ts';
import { type Column, table } from './table.ts';

/** Findings that are listed unless all are asked for. */
const MOST = 20;

/** `2026-03-02 00:00 to 2026-03-03 00:00 UTC` */
export const spanText = ({ windowStart, windowEnd }: Pick<MonitorWindow, 'windowStart' | 'windowEnd'>): string =>
  `${minute(windowStart)} to ${minute(windowEnd)} UTC`;
export const minute = (instant: string): string => time(Date.parse(instant));

/** What matters: what breached and then what is a warning, the severest first; or all. */
export function rankedFindings({ findings }: MonitorReport, all: boolean): Finding[] {
  const matters = findings.filter(({ status }) => all || status === 'alarm' || status === 'warn');
  return matters.toSorted((a, b) => byStatus(b.status, a.status) || b.severity - a.severity);
}

/** One window as one reads it in a terminal. */
export function windowText(window: MonitorWindow, report: MonitorReport, { all }: { readonly all: boolean }): string {
  const ranked = rankedFindings(report, all);
  const shown = all ? ranked : ranked.slice(0, MOST);
  const total = report.findings.length;
  const hidden = ranked.length - shown.length;
  const none =
    total === 0 ? 'there are no findings' : `none of ${many(total, 'finding')} is a warning or more; --all lists them`;
  return [
    headText(window, report),
    table(report.outcomes, OUTCOMES),
    shown.length > 0
      ? table(shown, [SUBJECT, ...(shown.some(({ segment }) => segment) ? [WHERE] : []), ...FINDINGS])
      : `${none}\n`,
    ...(hidden > 0 ? [`and ${whole(hidden)} more: --all lists them\n`] : []),
    `what to do\n${nextSteps(window, report)
      .map((step) => `  ${step}\n`)
      .join('')}`,
  ].join('\n');
}

function headText(window: MonitorWindow, report: MonitorReport): string {
  const { model, version, status, rows, labelCoverage, revision, decisionId } = window;
  const uncounted = notCounted(report);
  const uncaptured = notCaptured(report);
  return [
    `${model}:${version}  ${spanText(window)}  ${statusText(status)}`,
    `${many(rows, 'row')}, ${percent(labelCoverage)} labelled; compared with ${many(report.baselineRows, 'row')} of training`,
    `spec ${report.specVersion}, revision ${revision}, decision ${decisionId}`,
    ...(uncounted.length > 0 ? [`not counted: ${uncounted.join(', ')}`] : []),
    ...(uncaptured.length > 0 ? [`not captured, so that nothing is said of them: ${uncaptured.join(', ')}`] : []),
    '',
  ].join('\n');
}

export const statusText = (status: MonitorWindow['status']): string => status.replaceAll('_', ' ');

/** What was captured and is in no figure. */
export function notCounted({ tally, otherVersions }: MonitorReport): string[] {
  const { rejected, duplicates, outsideRows, unknownVersionRows, labels } = tally;
  const counts: [number, string][] = [
    ...Object.entries(rejected).map(([reason, lines]): [number, string] => [lines, `unusable line (${reason})`]),
    [duplicates, 'call delivered again'],
    [outsideRows, 'row of another time'],
    [unknownVersionRows, 'row of versions not registered'],
    ...otherVersions.map(({ version, rows }): [number, string] => [rows, `row of version ${version}`]),
    [labels.unmatched, 'label of rows not captured'],
    [labels.late, 'label that came after its horizon'],
    [labels.unusable, 'label the model does not have'],
  ];
  return counts.flatMap(([count, what]) => (count > 0 ? [`${plural(count, what)}`] : []));
}

/** Features of which the window has no value, in alphabetical order: `monitoring.capture.redact` names them. */
export function notCaptured({ findings }: MonitorReport): string[] {
  const subjects = findings.filter(({ message }) => NOT_CAPTURED_END.test(message)).map(({ subject }) => subject);
  return [...new Set(subjects)].sort().map(printable);
}
/** A finding of a muted feature says so behind it. */
const NOT_CAPTURED_END = new RegExp(`: ${NOT_CAPTURED}(; \\w+)?$`);

/** Of `row of version 2` the first word takes the plural. */
function plural(count: number, what: string): string {
  const [, first = what, rest = ''] = /^((?:unusable )?\w+)(.*)$/.exec(what) ?? [];
  return printable(`${many(count, first)}${rest}`);
}

export const breachesText = ({ breaches, of }: MonitorOutcome): string | undefined =>
  of > 0 ? `${breaches} of ${of}` : undefined;

const OUTCOMES: readonly Column<MonitorOutcome>[] = [
  { title: 'MONITOR', cell: ({ monitor }) => monitor },
  { title: 'STATUS', cell: ({ status }) => statusText(status) },
  { title: 'BREACHED', cell: breachesText },
  { title: 'WHY', cell: ({ reason }) => reason },
];

const optional = (value: number | undefined): string | undefined => (value === undefined ? undefined : figure(value));
/** 0 stands for less than 1e-100. */
export const pText = (pValue: number): string => (pValue === 0 ? '< 1e-100' : figure(pValue));

/** A finding by itself is no alarm, which takes several windows. */
const FINDING_WORDS: Readonly<Record<Finding['status'], string>> = {
  alarm: 'breaches',
  warn: 'warning',
  ok: 'ok',
  insufficient_data: 'insufficient data',
};

const SUBJECT: Column<Finding> = { title: 'SUBJECT', cell: ({ subject }) => subject };
const WHERE: Column<Finding> = { title: 'WHERE', cell: ({ segment }) => segment && segmentText(segment) };
const FINDINGS: readonly Column<Finding>[] = [
  { title: 'MONITOR', cell: ({ monitor }) => monitor },
  { title: 'MEASURE', cell: ({ measure }) => measure },
  { title: 'VALUE', cell: ({ value }) => optional(value) },
  { title: 'BASELINE', cell: ({ baseline }) => optional(baseline) },
  { title: 'THRESHOLD', cell: ({ threshold }) => optional(threshold) },
  { title: 'P', cell: ({ pValue }) => (pValue !== undefined ? pText(pValue) : undefined) },
  { title: 'SEVERITY', cell: ({ severity }) => figure(severity) },
  { title: 'STATUS', cell: ({ status }) => FINDING_WORDS[status] },
];

/** What a person who reads this can do about it, the most urgent first. */
export function nextSteps({ model, windowStart, status }: MonitorWindow, report: MonitorReport): string[] {
  const { rows, minRows, labelCoverage, outcomes, tally } = report;
  const steps: string[] = [];
  const here = `${model} --window ${windowStart}`;
  if (status === 'alarm' || status === 'warn') {
    steps.push(`millrace monitor explain ${here}  says how this came to be, and what would end it`);
    steps.push(`millrace monitor history ${model}  says since when`);
  }
  if (status === 'alarm')
    steps.push(`millrace decisions ${model} --kind retrain  says whether a retraining was started`);
  if (rows === 0) steps.push(`send it traffic (millrace predict ${model}): the window has no rows of this version`);
  else if (rows < minRows)
    steps.push(
      `wait for more traffic, or lower monitoring.minRows or lengthen monitoring.window: ${minRows} rows are needed`,
    );
  const silent = (monitor: MonitorOutcome['monitor']) =>
    outcomes.some((outcome) => outcome.monitor === monitor && outcome.status === 'insufficient_data');
  if (rows > 0 && silent('quality') && labelCoverage < 1)
    steps.push(`tell what came true (millrace feedback ${model}): quality is measured of labelled rows`);
  if (Object.values(tally.rejected).some((lines) => lines > 0))
    steps.push('look at the lines of capture that could not be used: they are in no figure');
  return steps.length > 0 ? steps : [`nothing; millrace monitor history ${model} lists the windows before`];
}
