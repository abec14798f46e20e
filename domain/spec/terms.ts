import type { Terms } from './issues.ts';
import { ModelSpec } from './model-spec.ts';

/** How problems of a model spec are worded. */
export const SPEC_TERMS: Terms = {
  schema: ModelSpec,
  called: 'a model spec',
  hints: [
    ['training.window', 'all, {last: 30d} or {datasets: 3}'],
    ['training.trigger.newData', 'false or {minRows: 1000}'],
    ['data.keys.*', '[store, day]'],
    [
      'data.checks.*.strategy',
      '{type: relative, maxDecrease: 0.5}, {type: deviation}, {type: median} or {type: range}',
    ],
    ['training.tuning.ranges.*', '{min: 0.1, max: 0.5, scale: linear} or {values: [1, 2]}'],
  ],
};
