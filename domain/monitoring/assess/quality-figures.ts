import { sum } from '../bins.ts';
import type { LiveCounts } from '../live-counts.ts';

/** Rows that have a label. */
export function labelledRows(live: LiveCounts): number {
  switch (live.task) {
    case 'binary':
      return live.tp + live.fp + live.fn + live.tn;
    case 'multiclass':
      return sum(live.confusion.map(sum));
    case 'regression':
      return live.rows;
  }
}
