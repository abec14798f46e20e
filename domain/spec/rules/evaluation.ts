import type { SpecDraft } from '../draft.ts';
import { METRICS } from '../evaluation.ts';
import { oneOf } from '../issues.ts';
import type { Path, Report } from '../problem.ts';
import { boundRules } from './bounds.ts';
import { requireColumn } from './data.ts';

type LimitedGate = Pick<Extract<GateDraft, { min?: number | undefined }>, 'min' | 'max' | 'metric'>;
type GateDraft = NonNullable<NonNullable<NonNullable<SpecDraft['evaluation']>['gates']>[number]>;

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
  if (gate.type !== 'champion') limitRules(gate, path, report);
  if (gate.type === 'slice' || gate.type === 'fairness') groupRules(draft, gate.column, path, report);
}

function limitRules(gate: LimitedGate, path: Path, report: Report): void {
  if (gate.min === undefined && gate.max === undefined) report(path, 'has no limit', gate, 'min, max or both');
  boundRules(gate, path, report);
}

function groupRules(draft: SpecDraft, name: string | undefined, path: Path, report: Report): void {
  if (name === undefined) return;
  const column = requireColumn(draft, [...path, 'column'], name, report);
  if (column?.type !== undefined && !GROUP_TYPES.includes(column.type))
    report([...path, 'column'], `is a ${column.type} column: it has no groups`, name, oneOf(GROUP_TYPES));
  if (name === draft.data?.target || name === draft.data?.id)
    report([...path, 'column'], 'is the target or the id', name, 'a feature, a protected or an ignored column');
}
