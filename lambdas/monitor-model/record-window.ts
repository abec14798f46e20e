import type { ArtifactRef } from '../../domain/artifacts.ts';
import { canonicalDigest, canonicalJson } from '../../domain/canonical-json.ts';
import { ConcurrentWriteError } from '../../domain/common-errors.ts';
import type { Finding } from '../../domain/monitoring/finding.ts';
import type { MonitorReport } from '../../domain/monitoring/report.ts';
import type { WindowRecord } from '../../domain/monitoring/window-record.ts';
import type { TimeWindow } from '../../domain/monitoring/windows.ts';
import type { MonitorWindow } from '../../domain/registry/entities.ts';
import { logger } from '../runtime/logger.ts';
import { windowMetrics } from './metrics.ts';
import type { MonitorDeps } from './monitor-model.ts';

const BY = 'monitor-model';
/** Findings in a decision record: an item is at most 400 KB, and billed by its size. The report has them all. */
const RECORDED_FINDINGS = 50;
/** Of those that found nothing. */
const RECORDED_CALM = 5;
/** Features and reasons in an event, which is at most 256 KB. */
const ANNOUNCED = 100;

export interface Issue {
  readonly report: MonitorReport;
  readonly record: WindowRecord;
  readonly index: Uint8Array;
  readonly window: TimeWindow;
  readonly revision: number;
  /** The moment the tick asked about. */
  readonly at: string;
  /** The issue that this one takes the place of. */
  readonly before: MonitorWindow | undefined;
}

/**
 * Stores record, index and report, writes the decision down, announces an alarm and, last of all, points the window to
 * them: until then a delivery that broke off is done again. Everything is named by its content, so that twice is once.
 */
export async function recordWindow(issue: Issue, deps: MonitorDeps): Promise<void> {
  const { report, revision, at, before } = issue;
  const { registry, artifacts, now } = deps;
  const { model, modelVersion: version, windowStart, windowEnd, status, rows, labelCoverage } = report;
  const stored = await store(issue, deps);
  const file = await artifacts.putBytes('monitor-report.json', bytesOf(report), 'application/json');
  const identity = { model, windowStart, revision, report: file.sha256 };
  const decisionId = `monitor-${canonicalDigest(identity).slice(0, 16)}`;
  const { reasons } = report;
  const decision = { decisionId, model, kind: 'monitor' as const, outcome: status, reasons, version, at };
  await registry.recordDecision({ ...decision, numbers: figures(report, revision) }, { by: BY, at: now() });
  await announce(issue, decisionId, deps);
  const window: MonitorWindow = {
    ...{ model, windowStart, windowEnd, version, revision, status, rows, labelCoverage, decisionId, at },
    breached: report.outcomes.some(({ breached }) => breached),
    outcomes: report.outcomes.map((outcome) => ({
      monitor: outcome.monitor,
      status: outcome.status,
      breached: outcome.breached,
    })),
    figures: headline(report),
    report: file,
    ...stored,
  };
  if (!(await putWindow(window, deps))) return;
  await removeReplaced(before, window, deps);
  deps.writeMetrics(windowMetrics(report, now(), deps.modelMetrics));
  logger.info('window-monitored', { model, version, windowStart, revision, status, rows, labelCoverage, decisionId });
}

async function store(
  { report: { model }, window, record, index }: Issue,
  { store }: MonitorDeps,
): Promise<{ record: ArtifactRef; index: ArtifactRef }> {
  const of = { model, window };
  return { record: await store.put('record', of, bytesOf(record)), index: await store.put('index', of, index) };
}

/** Only what an earlier issue of the window did not announce: labels that trickle in raise no alarm twice. */
async function announce(
  { report, revision, at, before }: Issue,
  decisionId: string,
  { publisher }: MonitorDeps,
): Promise<void> {
  const alarmed = (monitor: string) =>
    before?.outcomes.some((outcome) => outcome.monitor === monitor && outcome.status === 'alarm') ?? false;
  const raised = report.outcomes.filter(({ status }) => status === 'alarm').map(({ monitor }) => monitor);
  if (!raised.some((monitor) => !alarmed(monitor))) return;
  const causes = report.findings
    .filter(({ status, monitor }) => status === 'alarm' && raised.includes(monitor))
    .sort(bySeverity);
  const features = causes.filter(({ monitor }) => FEATURE_MONITORS.has(monitor)).map(({ subject }) => subject);
  const { model, modelVersion: version, windowStart, windowEnd } = report;
  await publisher.publish('MonitorAlarmRaised', {
    ...{ model, at, version, windowStart, windowEnd, revision, decisionId },
    monitors: raised,
    features: [...new Set(features)].slice(0, ANNOUNCED),
    severity: causes[0]?.severity ?? 0,
    reasons: report.reasons.slice(0, ANNOUNCED),
  });
}

const FEATURE_MONITORS: ReadonlySet<string> = new Set([
  'data-quality',
  'feature-drift',
  'missingness',
  'new-categories',
]);
const bySeverity = (a: Finding, b: Finding): number => b.severity - a.severity;

/** @returns false if another delivery has put the same window meanwhile */
async function putWindow(window: MonitorWindow, { registry, now }: MonitorDeps): Promise<boolean> {
  try {
    await registry.putMonitorWindow(window, { by: BY, at: now() });
    return true;
  } catch (error) {
    if (!(error instanceof ConcurrentWriteError)) throw error;
    const there = await registry.findMonitorWindow(window.model, window.windowStart);
    if (there?.report.sha256 !== window.report.sha256) throw error;
    return false;
  }
}

/** Nothing points to them any more; what is left behind here expires by itself. */
async function removeReplaced(before: MonitorWindow | undefined, after: MonitorWindow, { store }: MonitorDeps) {
  if (!before) return;
  const kept = new Set([after.record.key, after.index?.key]);
  for (const ref of [before.record, before.index]) if (ref && !kept.has(ref.key)) await store.remove(ref);
}

/** What a list shows of a window without opening its report. */
function headline({ findings }: MonitorReport): Record<string, number> {
  const whole = findings.filter(
    ({ segment, status, value }) => !segment && status !== 'insufficient_data' && value !== undefined,
  );
  const drift = whole.filter(({ monitor }) => monitor === 'feature-drift').map(({ value }) => value as number);
  const quality = whole.filter(({ monitor }) => monitor === 'quality' || monitor === 'estimated-quality');
  const name = ({ monitor, subject }: Finding) => (monitor === 'quality' ? subject : `estimated_${subject}`);
  return {
    ...(drift.length > 0 && { largest_drift: Math.max(...drift) }),
    ...Object.fromEntries(quality.map((finding) => [name(finding), finding.value as number])),
  };
}

function figures(report: MonitorReport, revision: number): Record<string, unknown> {
  const { windowStart, windowEnd, specVersion, outcomes, findings, rule, tally, otherVersions } = report;
  return {
    ...{ windowStart, windowEnd, revision, specVersion, rule, outcomes, tally, otherVersions },
    rows: report.rows,
    sampledRows: report.sampledRows,
    minRows: report.minRows,
    baselineRows: report.baselineRows,
    labelCoverage: report.labelCoverage,
    findings: recorded(findings.toSorted(bySeverity)),
  };
}

/** @param findings the severest first */
function recorded(findings: readonly Finding[]): Finding[] {
  const found = findings.filter(foundSomething).slice(0, RECORDED_FINDINGS);
  return [...found, ...findings.filter((finding) => !foundSomething(finding)).slice(0, RECORDED_CALM)];
}

const foundSomething = ({ status }: Finding): boolean => status === 'warn' || status === 'alarm';

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(canonicalJson(value));
