import { type Shape, status } from '../../html/icons.ts';
import type { Markup } from '../../html/markup.ts';
import type { MonitorReport } from '../report.ts';

export type Status = MonitorReport['status'];

export const SHAPES: Record<Status, Shape> = { alarm: 'bad', warn: 'warn', ok: 'ok', insufficient_data: 'wait' };

/** @param alarm what an alarm is called here: `drift` of a column, `alarm` of a monitor */
export function statusMark(each: Status, alarm: string): Markup {
  const words: Record<Status, string> = { alarm, warn: 'warning', ok: 'ok', insufficient_data: 'too little data' };
  return status(SHAPES[each], words[each]);
}
