import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../../domain/spec/check.ts';
import { type ColumnStatistics, inferSpec } from '../../../domain/spec/infer.ts';
import { parseSpecText } from '../../../domain/spec/parse.ts';
import { specYaml } from '../../../domain/spec/spec-yaml.ts';

const column = (name: string, type: string, change: Partial<ColumnStatistics> = {}): ColumnStatistics => ({
  name,
  type,
  rows: 1_000,
  nulls: 0,
  distinct: 500,
  ...change,
});
const bits = { distinct: 2, values: ['0', '1'] };
const BASE = [column('age', 'BIGINT'), column('label', 'BIGINT', bits)];
const OPTIONS = { name: 'm', format: 'csv' } as const;
const infer = (columns: readonly ColumnStatistics[], options: Partial<Parameters<typeof inferSpec>[1]> = {}) => {
  const inferred = inferSpec(columns, { ...OPTIONS, ...options });
  const checked = checkSpec(inferred.document);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  return checked.spec;
};

describe('inferSpec', () => {
  it.each([
    ['BOOLEAN', { distinct: 2, values: ['false', 'true'] }, 'binary', undefined],
    ['BIGINT', bits, 'binary', undefined],
    ['DOUBLE', bits, 'binary', undefined],
    ['VARCHAR', { distinct: 2, values: ['no', 'yes'] }, 'binary', ['no', 'yes']],
    ['VARCHAR', { distinct: 3, values: ['a', 'b', 'c'] }, 'multiclass', ['a', 'b', 'c']],
    ['BIGINT', { distinct: 3, values: ['1', '2', '3'] }, 'regression', undefined],
    ['BIGINT', { distinct: 2, values: ['1', '2'] }, 'regression', undefined],
    ['DOUBLE', {}, 'regression', undefined],
  ])('takes a %s target with %j for a %s task', (type, change, task, classes) => {
    const spec = infer([column('age', 'BIGINT'), column('target', type, change)]);
    expect([spec.task, spec.classes]).toEqual([task, classes]);
  });

  it('takes the task it is told', () => {
    const target = column('y', 'BIGINT', { distinct: 3, values: ['1', '10', '2'] });
    expect(infer([column('age', 'BIGINT'), target], { task: 'multiclass' })).toMatchObject({
      task: 'multiclass',
      classes: ['1', '2', '10'],
    });
    expect(infer(BASE, { task: 'regression' }).task).toBe('regression');
  });

  it('takes the target it is told', () => {
    expect(
      infer([...BASE, column('sold', 'BOOLEAN', { distinct: 2, values: ['false', 'true'] })], { target: 'sold' }).data
        .target,
    ).toBe('sold');
  });

  it.each([
    [
      'no column that looks like a target',
      [column('a', 'BIGINT'), column('b', 'BIGINT')],
      {},
      /name one with --target; the columns are a, b$/,
    ],
    ['a target that is no column', BASE, { target: 'x' }, /--target "x" is no column; the columns are age, label$/],
    [
      'a text target of a regression',
      [...BASE, column('t', 'VARCHAR')],
      { target: 't', task: 'regression' as const },
      /holds no numbers/,
    ],
    ['a target of times', [...BASE, column('t', 'TIMESTAMP')], { target: 't' }, /holds times/],
    ['a target with too many values', [...BASE, column('t', 'VARCHAR')], { target: 't' }, /has 500 distinct values/],
    [
      'three values of a binary target',
      [column('a', 'BIGINT'), column('y', 'VARCHAR', { distinct: 3, values: ['a', 'b', 'c'] })],
      { task: 'binary' as const },
      /has 3 distinct values/,
    ],
    [
      'a constant target',
      [column('a', 'BIGINT'), column('y', 'VARCHAR', { distinct: 1, values: ['a'] })],
      {},
      /has 1 distinct values/,
    ],
    [
      'nothing to learn from',
      [column('a', 'BIGINT', { distinct: 1 }), BASE[1] as ColumnStatistics],
      {},
      /no column is left to learn from/,
    ],
  ])('says what to do about %s', (_what, columns, options, message) => {
    expect(() => infer(columns, options)).toThrow(RangeError);
    expect(() => infer(columns, options)).toThrow(message);
  });

  it('finds id, timestamp, categories, missing values and what is of no use', () => {
    const spec = infer([
      ...BASE,
      column('customer_id', 'VARCHAR', { distinct: 1_000 }),
      column('day', 'DATE', { format: '%d.%m.%Y' }),
      column('seen_at', 'TIMESTAMP'),
      column('plan', 'VARCHAR', { distinct: 3, nulls: 10 }),
      column('note', 'VARCHAR', { distinct: 990 }),
      column('same', 'BIGINT', { distinct: 1 }),
      column('tags', 'VARCHAR[]'),
      column('__index_level_0__', 'BIGINT', { distinct: 1_000 }),
    ]);
    expect(spec.data).toMatchObject({
      id: 'customer_id',
      timestamp: 'seen_at',
      ignored: ['note', 'same'],
      extraColumns: 'ignore',
    });
    const plain = { unique: false, nan: 'reject', infinity: 'reject' };
    expect(spec.data.columns).toEqual(
      [
        { name: 'age', type: 'integer', nullable: false },
        { name: 'label', type: 'integer', nullable: false },
        { name: 'customer_id', type: 'string', nullable: false },
        { name: 'day', type: 'timestamp', nullable: false, format: '%d.%m.%Y' },
        { name: 'seen_at', type: 'timestamp', nullable: false },
        { name: 'plan', type: 'category', nullable: true },
        { name: 'note', type: 'string', nullable: false },
        { name: 'same', type: 'integer', nullable: false },
      ].map((expected) => ({ ...plain, ...expected })),
    );
  });

  it('does not take a column with a value twice for an id', () => {
    expect(infer([...BASE, column('user_id', 'BIGINT', { distinct: 999 })]).data.id).toBeUndefined();
  });

  it('writes YAML that says what was guessed and passes the check, whatever the data', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed() && !text.startsWith('__'));
    const type = fc.constantFrom(
      'BIGINT',
      'DOUBLE',
      'BOOLEAN',
      'VARCHAR',
      'TIMESTAMP',
      'DATE',
      'TIME',
      'DECIMAL(18,3)',
      'HUGEINT',
    );
    const statistics = fc.record({
      name,
      type,
      rows: fc.constant(100),
      nulls: fc.nat(99),
      distinct: fc.integer({ min: 0, max: 100 }),
    });
    const columns = fc.uniqueArray(statistics, {
      minLength: 1,
      maxLength: 8,
      selector: (one) => one.name.toLowerCase(),
    });
    fc.assert(
      fc.property(columns, (others) => {
        const all = [
          column('age', 'BIGINT', { rows: 100, distinct: 50 }),
          ...others.filter((one) => !/^(age|target)$/i.test(one.name)),
          column('target', 'BIGINT', { rows: 100, ...bits }),
        ];
        const inferred = inferSpec(all, { ...OPTIONS, target: 'target' });
        const text = specYaml(inferred, './schema.json');
        expect(text.startsWith('# yaml-language-server: $schema=./schema.json\napiVersion: millrace/v1\n')).toBe(true);
        const parsed = parseSpecText(text);
        expect(parsed).toEqual({ document: JSON.parse(JSON.stringify(inferred.document)) });
        expect('document' in parsed && checkSpec(parsed.document)).toHaveProperty('spec');
        for (const note of inferred.notes.values()) expect(text).toContain(`# ${note}\n`);
      }),
    );
  });
});
