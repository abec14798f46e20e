import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LOOKS, nextLookMs } from '../../../domain/rollout/pace.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const after = (changes: Partial<Parameters<typeof nextLookMs>[0]>) =>
  nextLookMs({ bakeMs: 5 * MINUTE, steps: 2, ageMs: 0, watchedMs: 0, paused: false, ...changes });

describe('when the judge looks next', () => {
  const cases: [string, number, number][] = [
    ['ten times while a step is watched', after({}), 30_000],
    ['at the end of a step', after({ ageMs: 290_000, watchedMs: 290_000 }), 10_000],
    ['once in a step of seconds', after({ bakeMs: 4_000 }), 4_000],
    ['every ten seconds in a step of a minute', after({ bakeMs: MINUTE }), 10_000],
    ['ever less often in a step that stays undecided', after({ ageMs: DAY, watchedMs: DAY }), DAY / 30],
    ['whatever is left of a step that is held', after({ ageMs: 290_000, watchedMs: 290_000, paused: true }), 30_000],
  ];
  for (const [what, seen, expected] of cases) it(what, () => expect(seen).toBeCloseTo(expected, 6));

  it('leaves a rollout of any plan that takes no longer than planned within the looks an execution has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1_000, max: 7 * DAY }), (steps, bakeMs) => {
        let looks = 0;
        for (let step = 0; step < steps; step++) {
          for (let ms = 0; ms < bakeMs; looks++) {
            ms += nextLookMs({ bakeMs, steps, ageMs: ms, watchedMs: ms, paused: false });
          }
        }
        expect(looks).toBeLessThan(MAX_LOOKS);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves a step that is held for a month within a third of them', () => {
    for (const bakeMs of [1_000, 5 * MINUTE, 7 * DAY]) {
      let looks = 0;
      for (let ms = 0; ms < 30 * DAY; looks++)
        ms += nextLookMs({ bakeMs, steps: 1, ageMs: ms, watchedMs: 0, paused: true });
      expect(looks).toBeLessThan(MAX_LOOKS / 3);
    }
  });
});
