import type { MonitorWindow } from '../../registry/entities.ts';
import type { MonitoringSpec } from '../../spec/monitoring.ts';
import type { Finding, MonitorKind, MonitorOutcome } from '../finding.ts';

/** What monitors say of earlier windows, newest first. */
export type Earlier = readonly Pick<MonitorWindow, 'version' | 'outcomes'>[];

/**
 * What one monitor says about a window. One window may breach by chance or for a day: an alarm takes `breaches` breached
 * windows among the last `of`, the newest of them breached. Short of that a breach is a warning. Windows in which the
 * monitor had too little data count neither way and are passed over; so are those of other model versions, which had a
 * baseline of their own.
 *
 * @param findings of the monitor, the severest first, without muted ones
 * @param silence why there are none
 */
export function outcomeOf(
  monitor: MonitorKind,
  { findings, silence }: { readonly findings: readonly Finding[]; readonly silence: string },
  version: number,
  earlier: Earlier,
  persistence: MonitoringSpec['persistence'],
): MonitorOutcome {
  const spoke = findings.filter(({ status }) => status !== 'insufficient_data');
  const breach = spoke.find(({ status }) => status === 'alarm');
  const counted = countedBefore(monitor, version, earlier, persistence.of - (spoke.length > 0 ? 1 : 0));
  const breaches = counted.filter(Boolean).length + (breach ? 1 : 0);
  const shared = { monitor, breached: breach !== undefined, breaches, of: counted.length + (spoke.length > 0 ? 1 : 0) };
  if (spoke.length === 0) {
    return { ...shared, status: 'insufficient_data', reason: findings[0]?.message ?? silence };
  }
  const worst = breach ?? spoke.find(({ status }) => status === 'warn');
  if (!worst) return { ...shared, status: 'ok', reason: calm(spoke) };
  if (!breach) return { ...shared, status: 'warn', reason: worst.message };
  const persistent = breaches >= persistence.breaches;
  const among = `${breaches} of the last ${shared.of} windows breached`;
  const rule = `an alarm takes ${persistence.breaches} of ${persistence.of}`;
  return { ...shared, status: persistent ? 'alarm' : 'warn', reason: `${among}, ${rule}; ${worst.message}` };
}

/** Whether each of the last windows that the monitor had enough data for breached. */
function countedBefore(monitor: MonitorKind, version: number, earlier: Earlier, most: number): boolean[] {
  const counted: boolean[] = [];
  for (const window of earlier) {
    if (counted.length >= most) break;
    if (window.version !== version) continue;
    const outcome = window.outcomes.find((one) => one.monitor === monitor);
    if (outcome && outcome.status !== 'insufficient_data') counted.push(outcome.breached);
  }
  return counted;
}

const calm = (spoke: readonly Finding[]): string =>
  spoke.length === 1 ? `nothing found in 1 comparison` : `nothing found in ${spoke.length} comparisons`;
