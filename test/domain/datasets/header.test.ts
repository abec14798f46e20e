import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchColumns, matchPositions, readRecord } from '../../../domain/datasets/header.ts';
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

/** The names in the first record. */
const parseHeader = (text: string, delimiter: string, complete: boolean): string[] | undefined =>
  readRecord(text, 0, { delimiter, quote: '"' }, complete)?.cells;

describe('a header', () => {
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
  const matched = { extraColumns: [], missingColumns: [], reordered: false };
  const nullable = aModelSpec({
    data: {
      columns: ['a', 'b', 'c'].map((name) => ({ name, type: 'number', nullable: name !== 'a' }) as const),
      target: 'a',
      id: undefined,
      timestamp: undefined,
      protected: [],
    },
  }).data;

  it('finds columns in any order', () => {
    expect(matchColumns(data, ['a', 'b'])).toEqual({ ...matched, indexes: [0, 1] });
    expect(matchColumns(data, ['b', 'a'])).toEqual({ ...matched, indexes: [1, 0], reordered: true });
  });

  it('skips extra columns only if the spec says so', () => {
    expect(matchColumns({ ...data, extraColumns: 'ignore' }, ['x', 'b', 'x', 'a'])).toEqual({
      ...matched,
      indexes: [3, 1],
      extraColumns: ['x', 'x'],
      reordered: true,
    });
    expect(matchColumns(data, ['x', 'b', 'a'])).toMatchObject({
      reasons: [expect.objectContaining({ code: 'extra-column', column: 'x' })],
    });
  });

  it('does without nullable columns only if the spec says so', () => {
    const lenient = { ...nullable, missingColumns: 'null' } as const;
    expect(matchColumns(lenient, ['a', 'c'])).toEqual({
      ...matched,
      indexes: [0, undefined, 1],
      missingColumns: ['b'],
    });
    expect(matchColumns(lenient, ['b'])).toMatchObject({ reasons: [{ code: 'missing-column', column: 'a' }] });
    expect(matchColumns(nullable, ['a', 'c'])).toMatchObject({ reasons: [{ code: 'missing-column', column: 'b' }] });
  });

  it.each([
    [['a', 'b', 'c'], undefined],
    [['a', 'c'], undefined],
    [['a', 'c', 'b'], 'c'],
    [['b', 'a', 'c'], 'b'],
    [['c', 'a'], 'c'],
  ])('holds %j to the order of the spec if it is exact', (names, column) => {
    const exact = { ...nullable, missingColumns: 'null', columnOrder: 'exact' } as const;
    const match = matchColumns(exact, names);
    if (column === undefined) expect(match).not.toHaveProperty('reasons');
    else expect(match).toMatchObject({ reasons: [{ code: 'reordered-columns', column }] });
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

  it('does not show what may be data', () => {
    const match = matchColumns(data, ['secret', '2'], { place: 'the first line', separated: 'commas' });
    expect(match).toEqual({
      reasons: [
        {
          code: 'wrong-header',
          message:
            'none of the 2 columns is in the first line, which has 2: it must hold the names, separated by commas',
        },
      ],
    });
  });
});

describe('matchPositions', () => {
  it.each([
    [2, {}, { indexes: [0, 1] }],
    [3, { extraColumns: 'ignore' }, { indexes: [0, 1], extraColumns: ['cell 3'] }],
    [3, {}, { reasons: [{ code: 'wrong-width' }, { code: 'extra-column' }] }],
    [1, {}, { reasons: [{ code: 'wrong-width' }, { code: 'missing-column', column: 'b' }] }],
  ] as const)('takes %i cells for columns under %j', (width, policy, expected) => {
    expect(matchPositions({ ...data, ...policy }, width)).toMatchObject(expected);
  });
});
