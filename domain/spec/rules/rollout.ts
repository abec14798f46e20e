import type { SpecDraft } from '../draft.ts';
import type { Report } from '../problem.ts';
import { atMost } from './training.ts';

const MAX_BAKE = '7d';

export function rolloutRules({ deployment }: SpecDraft, report: Report): void {
  const strategy = deployment?.strategy;
  if (strategy === undefined) return;
  if ('bake' in strategy) atMost(['deployment', 'strategy', 'bake'], strategy.bake, MAX_BAKE, report);
  const steps = 'steps' in strategy ? (strategy.steps ?? []) : [];
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (step !== undefined && before !== undefined && step <= before)
      report(['deployment', 'strategy', 'steps', index], 'does not rise', step, `more than ${before}`);
  }
}
