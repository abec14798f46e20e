import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternName, proposePatterns } from '../../../../domain/contracts/infer/patterns.ts';

const UUIDS = Array.from({ length: 6 }, (_, i) => `0000000${i}-89ab-4def-8123-456789abcdef`);

describe('proposePatterns', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['three capitals', ['ABC', 'DEF', 'GHI', 'JKL', 'MNO'], '[A-Z]{3}'],
    ['too few values', ['ABC', 'DEF', 'GHI', 'JKL'], undefined],
    ['UUIDs', UUIDS, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'],
    ['dates', ['2026-01-01', '2026-02-03', '2026-02-04', '2026-02-05', '2026-02-06'], '[0-9]{4}-[0-9]{2}-[0-9]{2}'],
    ['addresses', ['a@b.c', 'x.y@z.org', 'q+1@w.de', 'r@s.t', 'u@v.w'], '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+'],
    ['codes', ['00501', '12345', '99999', '10001', '90210'], '[0-9]{5}'],
    ['numbers of varying length', ['A-1', 'B-22', 'C-333', 'D-4', 'E-5'], '[A-Z]-[0-9]{1,6}'],
    ['letters in either case', ['Ab1', 'cD2', 'EF3', 'gh4', 'Ij5'], '[A-Za-z]{2}[0-9]'],
    ['words', ['one', 'seven', 'eight', 'four', 'twelve'], undefined],
    ['other scripts', ['äb', 'öc', 'üd', 'ße', 'éf'], undefined],
    ['unlike forms', ['a', 'b-1', '3', 'c c', '!'], undefined],
  ])('finds the form of %s', (_what, values, pattern) => {
    expect(proposePatterns(values)[0]).toBe(pattern);
  });

  it('names what has a name', () => {
    expect(patternName(proposePatterns(UUIDS)[0] as string)).toBe('UUIDs');
    expect(patternName('[A-Z]{3}')).toBeUndefined();
  });

  it('proposes only what all of the values match as a whole', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9 .()[\]\\^$*+?{}|/-]{1,8}$/), { minLength: 5 }),
        (values) => {
          for (const pattern of proposePatterns(values))
            for (const value of values) expect(value).toMatch(new RegExp(`^(?:${pattern})$`));
        },
      ),
    );
  });
});
