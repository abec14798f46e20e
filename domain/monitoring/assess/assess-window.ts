import type { MonitorWindow } from '../../registry/entities.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { Baseline } from '../baseline.ts';
import { type Finding, MONITORS, type MonitorKind, worstStatus } from '../finding.ts';
import type { MonitorReport } from '../report.ts';
import type { VersionRecord, WindowRecord } from '../window-record.ts';
import { breachingTests, weigh } from './draft.ts';
import { outcomeOf } from './outcomes.ts';
import { labelledRows } from './quality-figures.ts';
import { alarmRule } from './rule.ts';
import { tooFewRows } from './sentences.ts';
import { draftsOf, silenceOf } from './window-drafts.ts';

export interface AssessInput {
  readonly spec: ModelSpec;
  readonly specVersion: number;
  readonly record: WindowRecord;
  /** Whose rows are judged. */
  readonly version: number;
  readonly baseline: Baseline;
  /** Before this one, newest first. */
  readonly earlier: readonly MonitorWindow[];
}

/** Reasons told of one window: the report has all findings. */
const MOST_REASONS = 100;

/**
 * Decides about one window from its record.
 *
 * A finding breaches (its status is `alarm`) if it is both as large as its threshold and significant: by Benjamini–Hochberg
 * over all tests of the window that can breach, whatever monitor or segment they are of, at the rate of `alarmRule`. A
 * monitor alarms once breaches persist (`outcomeOf`), and the window is as bad as its worst monitor; monitors that had too
 * little data are passed over, unless all had. Sampled rows are tested as the fewer rows they are worth (`JudgedRows`).
 * A finding's severity is how many times its threshold it is; of a feature whose importance is known that times the
 * importance, relative to the mean of all features. It sorts findings and reasons and decides nothing.
 *
 * What cannot be compared has status `insufficient_data` and a message; nothing in a record makes it throw.
 */
export function assessWindow({ spec, specVersion, record, version, baseline, earlier }: AssessInput): MonitorReport {
  const { monitoring } = spec;
  const rule = alarmRule(monitoring);
  const judged = record.versions.find((one) => one.version === version);
  const drafts = judged ? draftsOf(judged, spec, baseline) : [];
  const weighed = weigh(drafts, rule.falseDiscoveryRate);
  const muted = new Set(weighed.filter((_, i) => drafts[i]?.standing === 'muted'));
  const groups = byMonitor(weighed);
  const findings = [...groups.values()].flat();
  const isLoud = (finding: Finding) => !muted.has(finding);
  const rows = judged?.whole.profile.rows ?? 0;
  const nothing = judged ? tooFewRows('the window', rows, 1, monitoring.minRows) : noRecord(version, record);
  const outcomes = MONITORS.map((monitor) =>
    outcomeOf(
      monitor,
      {
        findings: (groups.get(monitor) ?? []).filter(isLoud),
        silence: silenceOf(monitor, spec) ?? nothing,
      },
      version,
      earlier,
      monitoring.persistence,
    ),
  );
  const status = worstStatus(outcomes.map((outcome) => outcome.status));
  return {
    schemaVersion: 2,
    model: record.model,
    modelVersion: version,
    specVersion,
    windowStart: record.windowStart,
    windowEnd: record.windowEnd,
    status,
    reasons: reasonsOf(findings.filter(isLoud), status, nothing),
    outcomes,
    findings,
    rows,
    sampledRows: judged?.whole.sampled ?? 0,
    minRows: monitoring.minRows,
    baselineRows: baseline.rows,
    labelCoverage: coverageOf(judged),
    rule: { ...rule, tests: breachingTests(drafts) },
    tally: record.tally,
    otherVersions: record.versions
      .filter((other) => other.version !== version)
      .map((other) => ({ version: other.version, rows: other.whole.profile.rows }))
      .sort((a, b) => a.version - b.version),
  };
}

/** By monitor, the severest first, ties in the features' order. */
function byMonitor(findings: readonly Finding[]): Map<MonitorKind, Finding[]> {
  const groups = new Map<MonitorKind, Finding[]>(MONITORS.map((monitor) => [monitor, []]));
  for (const finding of findings) groups.get(finding.monitor)?.push(finding);
  for (const group of groups.values()) group.sort((a, b) => b.severity - a.severity);
  return groups;
}

/** What breached, the severest first, and then what is a warning by itself. Of too little data, why. */
function reasonsOf(findings: readonly Finding[], worst: Finding['status'], nothing: string): string[] {
  if (worst === 'insufficient_data') {
    const whole = findings.filter(({ segment }) => !segment);
    // that explains all the rest
    const few = whole.find(({ measure }) => measure === 'rows');
    if (few) return [few.message];
    return shortened(whole.length > 0 ? [...new Set(whole.map(({ message }) => message))] : [nothing]);
  }
  const causes = (status: Finding['status']) =>
    findings
      .filter((finding) => finding.status === status)
      .sort((a, b) => b.severity - a.severity)
      .map(({ message }) => message);
  return shortened([...causes('alarm'), ...causes('warn')]);
}

function shortened(reasons: readonly string[]): string[] {
  if (reasons.length <= MOST_REASONS) return [...reasons];
  return [...reasons.slice(0, MOST_REASONS), `and ${reasons.length - MOST_REASONS} more`];
}

function noRecord(version: number, { tally, versions }: WindowRecord): string {
  const others = versions.length > 0 ? `, it has rows of ${versions.map((other) => other.version).join(', ')}` : '';
  const unknown =
    tally.unknownVersionRows > 0 ? `; ${tally.unknownVersionRows} rows are of versions that are not registered` : '';
  return `the window has no rows of version ${version}${others}${unknown}`;
}

function coverageOf(judged: VersionRecord | undefined): number {
  if (!judged) return 0;
  const { live, profile } = judged.whole;
  return profile.rows === 0 ? 0 : Math.min(1, labelledRows(live) / profile.rows);
}
