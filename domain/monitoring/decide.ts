import type { MonitorWindow } from '../registry/entities.ts';
import type { MonitoringSpec } from '../spec/monitoring.ts';
import type { WindowReport } from './feature-drift.ts';

export interface AlarmDecision {
  readonly status: MonitorWindow['status'];
  /** Breached windows among the last `of` that had enough data, this one included. */
  readonly breaches: number;
  readonly reasons: readonly string[];
}

/**
 * One window may breach by chance or for a day: an alarm takes `breaches` breached windows among the last `of`, the
 * newest of them breached. Short of that a breach is a warning. Windows without enough data count neither way and are
 * passed over; so are those of other model versions, which had a baseline of their own.
 *
 * @param earlier windows before this one, newest first
 */
export function decideAlarm(
  report: Pick<WindowReport, 'insufficient' | 'breached' | 'reasons'>,
  version: number,
  earlier: readonly Pick<MonitorWindow, 'version' | 'status' | 'breached'>[],
  persistence: MonitoringSpec['persistence'],
): AlarmDecision {
  const counted = earlier
    .filter((window) => window.version === version && window.status !== 'insufficient_data')
    .slice(0, persistence.of - (report.insufficient ? 0 : 1));
  const breaches = counted.filter(({ breached }) => breached).length + (report.breached ? 1 : 0);
  if (report.insufficient) return { status: 'insufficient_data', breaches, reasons: report.reasons };
  if (!report.breached) return { status: 'ok', breaches, reasons: [] };
  const persistent = breaches >= persistence.breaches;
  const among = `${breaches} of the last ${counted.length + 1} windows breached`;
  const rule = `an alarm takes ${persistence.breaches} of ${persistence.of}`;
  return {
    status: persistent ? 'alarm' : 'warn',
    breaches,
    reasons: [persistent ? `${among}: ${rule}` : `${among}, ${rule}`, ...report.reasons],
  };
}
