import { describe, expect, it } from 'vitest';
import { boundReasons, boundTexts, MAX_REASON_LENGTH, MAX_REASONS } from '../../../domain/registry/limits.ts';

const texts = (count: number) => Array.from({ length: count }, (_, index) => `reason ${index}`);

describe('reasons', () => {
  for (const [count, kept, last] of [
    [0, 0, undefined],
    [MAX_REASONS, MAX_REASONS, `reason ${MAX_REASONS - 1}`],
    [MAX_REASONS + 1, MAX_REASONS, 'and 2 more'],
    [MAX_REASONS + 900, MAX_REASONS, 'and 901 more'],
  ] as const) {
    it(`keeps ${kept} lines for ${count} reasons`, () => {
      const bounded = boundTexts(texts(count));
      expect(bounded).toHaveLength(kept);
      expect(bounded.at(-1)).toBe(last);
      expect(boundReasons(texts(count).map((message) => ({ code: 'bad', message }))).at(-1)?.message).toBe(last);
    });
  }

  it('grow no further when they are bounded again', () => {
    const once = boundTexts(texts(MAX_REASONS + 5));
    expect(boundTexts(once)).toEqual(once);
    const reasons = boundReasons(texts(MAX_REASONS + 5).map((message) => ({ code: 'bad', message })));
    expect(boundReasons(reasons)).toEqual(reasons);
  });

  it('are cut where they are too long', () => {
    const [fits, cut] = boundTexts(['x'.repeat(MAX_REASON_LENGTH), 'x'.repeat(MAX_REASON_LENGTH + 1)]);
    expect(fits).toHaveLength(MAX_REASON_LENGTH);
    expect(cut).toBe(`${'x'.repeat(MAX_REASON_LENGTH)}…`);
    expect(boundTexts([cut ?? ''])).toEqual([cut]);
  });
});
