import type { SpecDraft } from '../draft.ts';
import { METRICS } from '../evaluation.ts';
import { oneOf } from '../issues.ts';
import type { Path, Report } from '../problem.ts';
import { requireColumn } from './data.ts';

type LimitedGate = Pick<Extract<GateDraft, { min?: number | undefined }>, 'min' | 'max' | 'metric'>;
type GateDraft = NonNullable<NonNullable<NonNullable<SpecDraft['evaluation']>['gates']>[number]>;

/** Figures that cannot leave a range; r2 is at most 1, losses are at least 0. */
const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  auc: [0, 1],
  average_precision: [0, 1],
  accuracy: [0, 1],
  precision: [0, 1],
  recall: [0, 1],
  f1: [0, 1],
  f1_macro: [0, 1],
  brier: [0, 1],
  r2: [Number.NEGATIVE_INFINITY, 1],
  log_loss: [0, Number.POSITIVE_INFINITY],
  rmse: [0, Number.POSITIVE_INFINITY],
  mae: [0, Number.POSITIVE_INFINITY],
  mape: [0, Number.POSITIVE_INFINITY],
  demographic_parity_difference: [-1, 1],
  equal_opportunity_difference: [-1, 1],
  disparate_impact: [0, Number.POSITIVE_INFINITY],
};
const GROUP_TYPES: readonly string[] = ['category', 'string', 'boolean', 'integer'];

export function evaluationRules(draft: SpecDraft, report: Report): void {
  for (const [index, gate] of (draft.evaluation?.gates ?? []).entries())
    if (gate) gateRules(draft, gate, ['evaluation', 'gates', index], report);
}

function gateRules(draft: SpecDraft, gate: GateDraft, path: Path, report: Report): void {
  const { type, metric } = gate;
  if (type === undefined) return;
  if (type === 'fairness') {
    if (draft.task !== undefined && draft.task !== 'binary')
      report([...path, 'type'], `does not go with a ${draft.task} task`, type, 'fairness gates of binary tasks only');
  } else if (draft.task !== undefined && metric !== undefined) {
    const known: readonly string[] = METRICS[draft.task];
    if (!known.includes(metric))
      report([...path, 'metric'], `is no metric of a ${draft.task} task`, metric, oneOf(known));
  }
  if (gate.type !== 'champion') boundRules(gate, path, report);
  if (gate.type === 'slice' || gate.type === 'fairness') groupRules(draft, gate.column, path, report);
}

function boundRules(gate: LimitedGate, path: Path, report: Report): void {
  const { min, max, metric } = gate;
  if (min === undefined && max === undefined) report(path, 'has no limit', gate, 'min, max or both');
  if (min !== undefined && max !== undefined && min > max)
    report([...path, 'min'], 'is above max', min, `at most ${max}`);
  const range = metric === undefined ? undefined : RANGES[metric];
  if (!range) return;
  const [low, high] = range;
  for (const [bound, value] of Object.entries({ min, max }))
    if (value !== undefined && (value < low || value > high))
      report([...path, bound], `is out of the range of ${metric}`, value, rangeText(low, high));
}

function rangeText(low: number, high: number): string {
  if (low === Number.NEGATIVE_INFINITY) return `at most ${high}`;
  return high === Number.POSITIVE_INFINITY ? `at least ${low}` : `${low} to ${high}`;
}

function groupRules(draft: SpecDraft, name: string | undefined, path: Path, report: Report): void {
  if (name === undefined) return;
  const column = requireColumn(draft, [...path, 'column'], name, report);
  if (column?.type !== undefined && !GROUP_TYPES.includes(column.type))
    report([...path, 'column'], `is a ${column.type} column: it has no groups`, name, oneOf(GROUP_TYPES));
  if (name === draft.data?.target || name === draft.data?.id)
    report([...path, 'column'], 'is the target or the id', name, 'a feature, a protected or an ignored column');
}
