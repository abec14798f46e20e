import { binomialUpperTail } from '../../../stats/distributions/binomial.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { BrokenCells } from '../window-record.ts';
import { isCaptured, NOT_CAPTURED } from './column-monitors.ts';
import { type Draft, legible } from './draft.ts';
import type { JudgedRows, Reference } from './judged-rows.ts';
import { brokenSentence } from './sentences.ts';

/**
 * Share of the rows that break what the contract says about a feature, against monitoring.maxBrokenShare and nothing else:
 * the probability is that of so many broken rows or more, were the share as high as is allowed (binomial). Without a broken
 * row there is nothing to test.
 */
export function brokenDrafts({ record, rows, effective }: JudgedRows, reference: Reference, spec: ModelSpec): Draft[] {
  const { protected: hidden } = spec.data;
  const { maxBrokenShare: threshold, muted } = spec.monitoring;
  const broken = byColumn(record.broken);
  const live = new Map(record.profile.columns.map((column) => [column.name, column]));
  return reference.features.flatMap(({ name: subject }) => {
    if (hidden.includes(subject)) return [];
    const counted = live.get(subject);
    if (rows > 0 && counted && !isCaptured(counted)) return [untold(subject, threshold, rows)];
    const cells = broken.get(subject) ?? [];
    const seen = Math.min(
      rows,
      cells.reduce((sum, cell) => sum + cell.rows, 0),
    );
    const value = seen / rows;
    const chance = binomialUpperTail(Math.round(seen * effective), Math.round(rows * effective), threshold);
    const told = {
      ...{ monitor: 'data-quality' as const, subject, measure: 'broken_share', value, threshold, rows },
      ...(seen > 0 && { pValue: legible(chance) }),
      ...(muted.includes(subject) && { standing: 'muted' as const }),
    };
    const rules = cells.toSorted((a, b) => b.rows - a.rows).flatMap((cell) => (cell.rows > 0 ? [cell.rule] : []));
    return [{ ...told, excess: excessOf(value, threshold), message: brokenSentence(told, rules) }];
  });
}

const untold = (subject: string, threshold: number, rows: number): Draft => ({
  ...{ monitor: 'data-quality', subject, measure: 'broken_share', threshold, rows, excess: 0, insufficient: true },
  message: `${subject}: ${NOT_CAPTURED}`,
});

/** Of a threshold of 0 any broken row is a breach. */
function excessOf(value: number, threshold: number): number {
  if (threshold > 0) return value / threshold;
  return value === 0 ? 0 : 1 + value;
}

function byColumn(broken: readonly BrokenCells[]): Map<string, BrokenCells[]> {
  const columns = new Map<string, BrokenCells[]>();
  for (const cells of broken) columns.set(cells.column, [...(columns.get(cells.column) ?? []), cells]);
  return columns;
}
