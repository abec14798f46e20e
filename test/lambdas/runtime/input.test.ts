import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { InvalidInputError } from '../../../domain/common-errors.ts';
import { parseInput } from '../../../lambdas/runtime/input.ts';

const whole = z.coerce.number().int().min(1).max(1_000);

describe('what is wrong with an input', () => {
  const cases: [string, z.ZodType, unknown, string][] = [
    ['a number that is none', whole, 'abc', 'must be a number (seen "abc"; allowed: a number)'],
    ['a number too large, as text', whole, '5000', 'must be at most 1000 (seen "5000"; allowed: at most 1000)'],
    ['a fraction', whole, '1.5', 'must be a whole number (seen "1.5"; allowed: a whole number)'],
    ['a choice', z.enum(['0', '1']), '2', 'is not known (seen "2"; allowed: 0, 1)'],
    [
      'a long text',
      z.string().max(2),
      'abc',
      'must have at most 2 characters, has 3 (seen "abc"; allowed: at most 2 characters)',
    ],
    [
      'a long list',
      z.array(z.string()).max(1),
      ['a', 'b'],
      'must have at most 1 item, has 2 (seen ["a","b"]; allowed: at most 1 item)',
    ],
    ['a date', z.iso.date(), 'x', 'has the wrong form (seen "x"; allowed: a date, for example 2026-03-02)'],
    ['a pattern', z.string().regex(/^a$/), 'x', 'has the wrong form (seen "x"; allowed: text that matches /^a$/)'],
    [
      'a pattern with words',
      z.string().regex(/^a$/, 'the letter a'),
      'x',
      'has the wrong form (seen "x"; allowed: the letter a)',
    ],
    ['nothing', z.string(), undefined, 'is missing (seen nothing; allowed: text)'],
  ];
  for (const [what, schema, value, problem] of cases) {
    it(`names field, value seen and what is allowed: ${what}`, () => {
      const act = () => parseInput(z.object({ field: schema }), { field: value });
      expect(act).toThrow(
        expect.objectContaining({ problems: [`field: ${problem}`] } satisfies Partial<InvalidInputError>),
      );
    });
  }

  it('is all told, and of the whole as of the body', () => {
    const schema = z.strictObject({ a: z.string(), list: z.array(z.number()) });
    expect(() => parseInput(schema, { list: ['x'], lst: 1 })).toThrow(
      expect.objectContaining({
        problems: [
          'a: is missing (seen nothing; allowed: text)',
          'list[0]: must be a number (seen "x"; allowed: a number)',
          'lst: is not a field here; did you mean list? (seen 1; allowed: a, list)',
        ],
      }),
    );
    expect(() => parseInput(schema, 5)).toThrow('body: must be an object (seen 5; allowed: an object)');
  });
});
