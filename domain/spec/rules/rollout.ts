import type { SpecDraft } from '../draft.ts';
import type { Report } from '../problem.ts';
import { atMost } from './training.ts';

const MAX_BAKE = '7d';
const MAX_DURATION = '30d';

export function rolloutRules({ deployment }: SpecDraft, report: Report): void {
  const strategy = deployment?.strategy;
  if (strategy === undefined) return;
  if ('bake' in strategy) atMost(['deployment', 'strategy', 'bake'], strategy.bake, MAX_BAKE, report);
  if (strategy.type === 'ab') {
    atMost(['deployment', 'strategy', 'duration'], strategy.duration, MAX_DURATION, report);
    if (!deployment?.judging?.quality)
      report(['deployment', 'judging', 'quality'], 'is what an A/B test is decided by', undefined, 'at least {}');
  }
  if (strategy.type === 'shadow' && deployment?.target === 'async')
    report(
      ['deployment', 'strategy', 'type'],
      'compares answers, which target async gives later',
      'shadow',
      'all-at-once, canary, linear',
    );
  // the router keeps what it answers for labels to come; what is answered later it never sees
  const quality = deployment?.judging?.quality;
  if (quality !== undefined && deployment?.target === 'async')
    report(['deployment', 'judging', 'quality'], 'is not judged of target async', quality, 'nothing');
  const steps = 'steps' in strategy ? (strategy.steps ?? []) : [];
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (step !== undefined && before !== undefined && step <= before)
      report(['deployment', 'strategy', 'steps', index], 'does not rise', step, `more than ${before}`);
  }
}
