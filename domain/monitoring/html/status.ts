import { type Shape, status } from '../../html/icons.ts';
import type { Markup } from '../../html/markup.ts';
import { isUndecided } from '../drift/undecided.ts';
import type { DriftColumn } from '../drift-report.ts';
import type { MonitorReport } from '../report.ts';

export type Status = MonitorReport['status'];

export const SHAPES: Record<Status, Shape> = { alarm: 'bad', warn: 'warn', ok: 'ok', insufficient_data: 'wait' };

/**
 * @param alarm what an alarm is called here: `drift` of a column, `alarm` of a monitor
 * @param silent what it is called that nothing is said
 */
export function statusMark(each: Status, alarm: string, silent = 'too little data'): Markup {
  const words: Record<Status, string> = { alarm, warn: 'warning', ok: 'ok', insufficient_data: silent };
  return status(SHAPES[each], words[each]);
}

/** Of a column of a comparison. */
export const columnMark = (column: DriftColumn): Markup =>
  statusMark(column.status, 'drift', isUndecided(column) ? 'not judged' : undefined);
