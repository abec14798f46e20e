import type { Finding, MonitorKind, MonitorOutcome } from '../domain/monitoring/finding.ts';
import type { MonitorReport } from '../domain/monitoring/report.ts';
import type { Decision, MonitorWindow } from '../domain/registry/entities.ts';

export interface Explained {
  readonly window: MonitorWindow;
  readonly report: MonitorReport;
  /** Windows before it, newest first. */
  readonly earlier: readonly MonitorWindow[];
  /** Decisions of kind `retrain` about its alarms. */
  readonly retrains: readonly Decision[];
  /** Only what is about it. */
  readonly subject?: string | undefined;
}

/** Findings of a monitor, the severest first. */
export const about = ({ findings }: MonitorReport, monitor: MonitorKind, subject?: string): Finding[] =>
  findings.filter((one) => one.monitor === monitor && (subject === undefined || one.subject === subject));

/** The breached windows that an alarm counts, by their start, this one first. */
export function breachedStarts(outcome: MonitorOutcome, { window, report, earlier }: Explained): string[] {
  const own = outcome.status === 'insufficient_data' ? 0 : 1;
  const counted = earlier
    .filter(({ version }) => version === window.version)
    .flatMap(({ windowStart, outcomes }) => {
      const before = outcomes.find(({ monitor }) => monitor === outcome.monitor);
      return before && before.status !== 'insufficient_data' ? [{ windowStart, breached: before.breached }] : [];
    })
    .slice(0, Math.max(0, report.rule.of - own));
  return [
    ...(outcome.breached ? [window.windowStart] : []),
    ...counted.flatMap(({ windowStart, breached }) => (breached ? [windowStart] : [])),
  ];
}
