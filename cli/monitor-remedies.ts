import { figure } from '../domain/html/figures.ts';
import { nameOf } from '../domain/monitoring/assess/sentences.ts';
import type { Finding, MonitorKind, MonitorOutcome } from '../domain/monitoring/finding.ts';
import { about, breachedStarts, type Explained } from './explained-window.ts';
import { minute } from './monitor-text.ts';

/** Findings named in one sentence. */
const MOST = 5;

/** What sets the threshold of a finding, in the spec. */
const SETTINGS: Readonly<Record<MonitorKind, (finding: Finding) => string>> = {
  'data-quality': () => 'monitoring.maxBrokenShare',
  'feature-drift': ({ subject }) => `monitoring.thresholds.${subject}`,
  missingness: () => 'monitoring.missingThreshold',
  'new-categories': () => 'monitoring.missingThreshold',
  'prediction-drift': () => 'monitoring.predictionThreshold',
  quality: () => 'monitoring.quality',
  'estimated-quality': () => 'monitoring.quality',
  bias: () => 'monitoring.bias',
};

const isBreach = ({ status }: Finding): boolean => status === 'alarm';

/** What would have to be otherwise for a window not to alarm; of one that does not, what it lacks. */
export function remedies(explained: Explained): string[] {
  const { report, subject } = explained;
  const breached = report.outcomes.filter(
    ({ monitor, breached }) => breached && about(report, monitor, subject).some(isBreach),
  );
  if (breached.length === 0) return [withoutBreach(explained)];
  return breached.flatMap((outcome) => (outcome.status === 'alarm' ? ofAlarm : ofWarning)(outcome, explained));
}

function withoutBreach({ report, subject }: Explained): string {
  if (subject !== undefined) return `Nothing about ${subject}: it does not breach.`;
  const warning = report.status === 'warn' ? ', and a warning by itself comes to no alarm' : '';
  return `Nothing: no monitor breached${warning}.`;
}

function ofAlarm(outcome: MonitorOutcome, explained: Explained): string[] {
  const { monitor } = outcome;
  const { rule } = explained.report;
  const causes = about(explained.report, monitor).filter(isBreach);
  const named = causes.slice(0, MOST).map(wanted);
  const more = causes.length > named.length ? [`${causes.length - named.length} more`] : [];
  const settings = [...new Set(causes.slice(0, MOST).map((cause) => SETTINGS[monitor](cause)))];
  const others = breachedStarts(outcome, explained).slice(1);
  return [
    `${monitor} would not alarm with ${[...named, ...more].join(', and ')};`,
    `  or had fewer than ${rule.breaches} of the last ${rule.of} windows breached${others.length > 0 ? `: besides this one ${others.map(minute).join(', ')} did` : ''};`,
    `  or by the spec, if this is no harm: ${settings.join(', ')} or monitoring.persistence${monitor === 'bias' || monitor.includes('quality') ? '' : ', or the feature in monitoring.muted'}.`,
  ];
}

/** `spend: psi below 0.05 (it is 0.41)`; of what may only rise, above its baseline. */
function wanted(finding: Finding): string {
  const { measure, value = 0, baseline = 0, threshold = 0, monitor } = finding;
  // the threshold of missingness is of the rise
  const bound = monitor === 'missingness' ? baseline + threshold : threshold;
  const side = value < bound ? 'above' : 'below';
  const what = finding.subject === measure ? nameOf(finding) : `${nameOf(finding)}: ${measure}`;
  return `${what} ${side} ${figure(bound)} (it is ${figure(value)})`;
}

function ofWarning({ monitor, breaches }: MonitorOutcome, { report: { rule } }: Explained): string[] {
  const lacking = rule.breaches - breaches;
  return [
    `${monitor} does not alarm: it takes ${rule.breaches} breached windows of ${rule.of}, ${lacking} more than there are.`,
  ];
}
