import { describe, expect, it } from 'vitest';
import { largestContributions } from '../../cli/contributions.ts';

describe('the largest contributions', () => {
  const cases: [string, Record<string, number>, string][] = [
    ['are three, by size in either direction', { a: 0.5, b: -2, c: 0.001, d: 1 }, 'b -2, d +1, a +0.5'],
    ['have three digits', { a: 1.23456, b: -0.000123456 }, 'a +1.23, b -0.000123'],
    ['are without zeros', { a: 0, b: 1 }, 'b +1'],
    ['are none where no feature counts', { a: 0 }, ''],
  ];
  for (const [what, contributions, text] of cases) {
    it(what, () => expect(largestContributions({ contributions, bias: 9 })).toBe(text));
  }
});
