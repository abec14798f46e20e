import type { WindowTally } from '../window-record.ts';

export const emptyTally = (): WindowTally => ({
  lines: 0,
  duplicates: 0,
  rejected: {},
  outsideRows: 0,
  unknownVersionRows: 0,
  labels: { labelled: 0, repeated: 0, corrected: 0, unmatched: 0, late: 0, unusable: 0 },
});

export function mergeTallies(a: WindowTally, b: WindowTally): WindowTally {
  const sum = structuredClone(a);
  for (const name of ['lines', 'duplicates', 'outsideRows', 'unknownVersionRows'] as const) sum[name] += b[name];
  for (const name of Object.keys(sum.labels) as (keyof WindowTally['labels'])[]) sum.labels[name] += b.labels[name];
  for (const [reason, lines] of Object.entries(b.rejected)) sum.rejected[reason] = (sum.rejected[reason] ?? 0) + lines;
  return sum;
}
