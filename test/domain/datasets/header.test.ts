import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchColumns, parseHeader } from '../../../domain/datasets/header.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

const { data } = aModelSpec({
  data: {
    columns: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'number' },
    ],
    target: 'b',
    id: undefined,
    timestamp: undefined,
    protected: [],
  },
});

describe('parseHeader', () => {
  it.each([
    ['a,b\n1,2', ['a', 'b']],
    ['a,b\r\n1,2', ['a', 'b']],
    ['a,b', ['a', 'b']],
    ['a', ['a']],
    ['a,', ['a', '']],
    ['"a,1","say ""x"""\n', ['a,1', 'say "x"']],
    ['"two\nlines",b\n', ['two\nlines', 'b']],
    [' a , b\n', [' a ', ' b']],
  ])('reads %j', (text, names) => {
    expect(parseHeader(text, ',', true)).toEqual(names);
  });

  it('has no answer for a record that goes on', () => {
    expect(parseHeader('a,b', ',', false)).toBeUndefined();
    expect(parseHeader('a,"b\n', ',', false)).toBeUndefined();
  });

  it('reads back what was quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.constantFrom(',', ';', '\t'), (names, delimiter) => {
        const text = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(delimiter);
        expect(parseHeader(`${text}\nrest`, delimiter, false)).toEqual(names);
      }),
    );
  });
});

describe('matchColumns', () => {
  it('finds columns in any order', () => {
    expect(matchColumns(data, ['b', 'a'])).toEqual({ indexes: [1, 0] });
  });

  it('skips extra columns only if the spec says so', () => {
    expect(matchColumns({ ...data, extraColumns: 'ignore' }, ['x', 'b', 'x', 'a'])).toEqual({ indexes: [3, 1] });
    expect(matchColumns(data, ['x', 'b', 'a'])).toEqual({
      reasons: [expect.objectContaining({ code: 'extra-column', column: 'x' })],
    });
  });

  it('names each problem and bounds their number', () => {
    const names = ['a', 'a', ...Array.from({ length: 1_000 }, (_, i) => `x${i}`)];
    const result = matchColumns(data, names);
    const reasons = 'reasons' in result ? result.reasons : [];
    expect(reasons.slice(0, 2).map(({ code, column }) => [code, column])).toEqual([
      ['missing-column', 'b'],
      ['duplicate-column', 'a'],
    ]);
    expect(reasons).toHaveLength(2 + 20 + 1);
    expect(reasons.at(-1)?.message).toBe('and 980 more columns are not in the spec');
  });

  it('tells names apart by case', () => {
    expect(matchColumns(data, ['A', 'b'])).toMatchObject({
      reasons: [
        { code: 'missing-column', column: 'a' },
        { code: 'extra-column', column: 'A' },
      ],
    });
  });
});
