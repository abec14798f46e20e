import { describe, expect, it } from 'vitest';
import type { ColumnFacts } from '../../../../domain/contracts/infer/facts.ts';
import {
  type ColumnRole,
  type SuggestedFields,
  suggestColumn,
} from '../../../../domain/contracts/infer/suggest-column.ts';
import { aColumn, numbersOf, textsOf } from './facts.ts';

const range = (n: number, one: (i: number) => number) => Array.from({ length: n }, (_, i) => one(i));
const cycle = (n: number, values: readonly string[]) =>
  Array.from({ length: n }, (_, i) => values[i % values.length] ?? '');
const some = numbersOf([1, 1]);
const unlike = (n: number, prefix: string) => textsOf(Array.from({ length: n }, (_, i) => `${prefix}${i}`));

const CASES: readonly [what: string, facts: Partial<ColumnFacts>, role: ColumnRole, fields: SuggestedFields][] = [
  ['no missing cell among too few rows', { rows: 376, numbers: some }, {}, { nullable: true, maxNullShare: 0.049 }],
  ['no missing cell among enough rows', { rows: 381, numbers: some }, {}, { nullable: false }],
  ['missing cells', { rows: 10_000, nulls: 100, numbers: some }, {}, { nullable: true, maxNullShare: 0.016 }],
  ['hardly a missing cell', { rows: 100_000, nulls: 1, numbers: some }, {}, { nullable: true, maxNullShare: 0.01 }],
  ['nothing but missing cells', { nulls: 1_000 }, {}, { nullable: true }],
  ['missing cells of an id', { nulls: 1, numbers: some }, { required: true }, {}],
  [
    'hours',
    { name: 'dep_hour', numbers: numbersOf(range(1_000, (i) => i % 20)) },
    {},
    { nullable: false, min: 0, max: 23 },
  ],
  ['hours in other words', { name: 'depHour', numbers: numbersOf([3, 4]) }, {}, { nullable: false, min: 0, max: 23 }],
  ['what is no hour', { name: 'dep_hour', numbers: numbersOf([3, 24]) }, {}, { nullable: false }],
  ['weekdays from 0', { name: 'weekday', numbers: numbersOf([0, 6]) }, {}, { nullable: false, min: 0, max: 6 }],
  ['a scale', { numbers: numbersOf(range(1_000, (i) => 1 + (i % 5))) }, {}, { nullable: false, min: 1, max: 5 }],
  ['few numbers', { rows: 1_000, numbers: numbersOf([5, 6, 7, 9]) }, {}, { nullable: false }],
  ['a constant', { numbers: numbersOf(range(1_000, () => 3)) }, {}, { nullable: false }],
  [
    'shares',
    { type: 'number', numbers: numbersOf(range(1_001, (i) => i / 1_000)) },
    {},
    { nullable: false, min: 0, max: 1 },
  ],
  ['not-a-number', { type: 'number', nans: 10, infinities: 9 }, {}, { nullable: false, nan: 'allow' }],
  ['labels', { numbers: numbersOf(range(1_000, (i) => i % 2)) }, { label: true }, { nullable: false }],
  [
    'protected values',
    { type: 'category', ...textsOf(cycle(1_000, ['f', 'm'])) },
    { hidden: true },
    { nullable: false },
  ],
  ['times with offsets', { type: 'timestamp', withOffset: 1_000 }, {}, { nullable: false }],
  [
    'times without',
    { type: 'timestamp', withOffset: 999, format: '%d.%m.%Y' },
    {},
    { nullable: false, format: '%d.%m.%Y', zone: 'UTC' },
  ],
  ['truth', { type: 'boolean', distinct: 2 }, {}, { nullable: false }],
  [
    'categories',
    { type: 'category', ...textsOf(cycle(1_000, ['b', 'a'])) },
    {},
    { nullable: false, values: ['a', 'b'], maxUnseenShare: 0.019 },
  ],
  [
    'few categories of many rows',
    { type: 'category', rows: 9_000, ...textsOf(cycle(9_000, ['b', 'a'])) },
    {},
    { nullable: false, values: ['a', 'b'], maxUnseenShare: 0.01 },
  ],
  [
    'numbers that name rows',
    { name: 'n', distinct: 1_000, numbers: numbersOf(range(1_000, (i) => i)) },
    {},
    { nullable: false, unique: true },
  ],
  [
    'an id that is a number',
    { name: 'user_id', distinct: 1_000, numbers: numbersOf(range(1_000, (i) => i ** 3)) },
    {},
    { nullable: false, unique: true },
  ],
  [
    'an id of too few rows',
    { name: 'user_id', rows: 29, distinct: 29, numbers: numbersOf(range(29, (i) => i)) },
    {},
    { nullable: true, maxNullShare: 0.4 },
  ],
  [
    'an id as text',
    { name: 'user_id', type: 'string', ...unlike(1_000, 'u'), distinct: 1_000 },
    {},
    { nullable: false, unique: true },
  ],
];

describe('suggestColumn', () => {
  it.each(CASES)('suggests what goes with %s', (_what, facts, role, fields) => {
    expect(suggestColumn(aColumn(facts), role).fields).toEqual(fields);
  });

  it('takes wide numbers that differ by chance for no key', () => {
    const numbers = numbersOf(range(1_000, (i) => i ** 3));
    expect(suggestColumn(aColumn({ name: 'income', distinct: 1_000, numbers })).fields.unique).toBeUndefined();
    expect(suggestColumn(aColumn({ name: 'n', distinct: 999, numbers })).fields.unique).toBeUndefined();
  });

  const withSingletons = (once: number) => {
    const values = [...Array.from({ length: once }, (_, i) => `s${i}`), ...cycle(1_000 - once, ['a', 'b'])];
    return suggestColumn(aColumn({ type: 'category', ...textsOf(values) }));
  };
  it.each([
    [100, 'category', 102],
    [101, 'category', undefined],
    [400, 'category', undefined],
    [401, 'string', undefined],
  ])('takes %i values seen once among 1,000 for a %s and lists %s', (once, type, listed) => {
    const { fields, type: taken } = withSingletons(once);
    expect([taken, fields.values?.length]).toEqual([type, listed]);
  });

  it('says that cells are not of the type, and what was seen', () => {
    const { why } = suggestColumn(aColumn({ misfits: 3, numbers: numbersOf(range(1_000, (i) => 1 + (i % 5))) }));
    expect(why).toEqual([
      'none of 1,000 missing: at most 0.39 % are (95 %)',
      '3 cells are no integer: those rows are set aside',
      '1 to 5 seen; 200 rows are 1, none is beyond it; 200 rows are 5, none is beyond it',
    ]);
  });
});
