import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { Column, DataSpec } from '../../../domain/spec/columns.ts';
import { Compatibility, compareContracts } from '../../../domain/spec/compatibility.ts';
import { Check, RowRule } from '../../../domain/spec/contract.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';

const COLUMNS = aModelSpec().data.columns;
/** The small spec with one column changed. */
const withColumn = (name: string, change: object, rest: Overrides = {}): ModelSpec =>
  aModelSpec({
    ...rest,
    data: {
      ...(rest.data as object),
      columns: COLUMNS.map((column) => (column.name === name ? { ...column, ...change } : column)),
    },
  });
const kinds = (before: ModelSpec, after: ModelSpec) => compareContracts(before, after).changes;

interface Case {
  readonly what: string;
  readonly before: ModelSpec;
  readonly after: ModelSpec;
  /** Path and kind of every change; the other way round, the last. */
  readonly there: readonly string[];
  readonly back: readonly string[];
}
const data = (overrides: Overrides) => aModelSpec({ data: overrides });
const column = (what: string, name: string, from: object, to: object, there: string, back: string): Case => {
  const field = Object.keys({ ...from, ...to })[0];
  const path = `data.columns.${name}.${field}`;
  const [before, after] = [withColumn(name, from), withColumn(name, to)];
  return { what, before, after, there: [`${path} ${there}`], back: [`${path} ${back}`] };
};
const dataCase = (what: string, from: Overrides, to: Overrides, path: string, there: string, back: string): Case => ({
  what,
  before: data(from),
  after: data(to),
  there: [`${path} ${there}`],
  back: [`${path} ${back}`],
});
const [N, W, B, O] = ['narrowing', 'widening', 'breaking', 'neutral'];
const rule = (change: object) => ({ rules: [{ id: 'r', expression: 'age > 0', ...change }] });
const check = (change: object) => ({ checks: [change] });
const volume = (strategy: object) => check({ type: 'volume', strategy });

const CASES: readonly Case[] = [
  column('a lower bound', 'age', { min: 0 }, { min: 1 }, N, W),
  column('a lower bound at all', 'age', { min: undefined }, { min: 1 }, N, W),
  column('an upper bound', 'age', { max: 130 }, { max: 129 }, N, W),
  column('an upper bound at all', 'age', { max: undefined }, { max: 129 }, N, W),
  column('a type to a wider one', 'gender', { type: 'integer' }, { type: 'number' }, W, N),
  column('a type to text', 'gender', { type: 'timestamp' }, { type: 'category' }, W, N),
  column('a text type', 'gender', { type: 'string' }, { type: 'category' }, O, O),
  column('a type to an unlike one', 'gender', { type: 'boolean' }, { type: 'integer' }, N, N),
  column('the type of a feature', 'age', { type: 'integer' }, { type: 'number' }, B, B),
  column('the type of the id', 'customer_id', { type: 'string' }, { type: 'integer' }, B, B),
  column('missing cells', 'gender', { nullable: false }, { nullable: true }, W, N),
  column('missing cells of a feature', 'age', { nullable: false }, { nullable: true }, W, B),
  column('a null share', 'spend', { maxNullShare: 0.1 }, { maxNullShare: 0.2 }, W, N),
  column('a null share at all', 'spend', { maxNullShare: 0.1 }, { maxNullShare: undefined }, W, N),
  column('lengths', 'gender', { minLength: 1 }, { minLength: 2 }, N, W),
  column('lengths', 'gender', { maxLength: 1 }, { maxLength: 2 }, W, N),
  column('another value', 'gender', { values: ['f', 'm'] }, { values: ['f', 'm', 'x'] }, W, N),
  column('exchanged values', 'gender', { values: ['f', 'm'] }, { values: ['f', 'x'] }, N, N),
  column('the order of values', 'gender', { values: ['f', 'm'] }, { values: ['m', 'f'] }, O, O),
  column('values at all', 'gender', { values: ['f', 'm'] }, { values: undefined }, W, N),
  column('unseen values', 'gender', { maxUnseenShare: 0.1 }, { maxUnseenShare: 0.2 }, W, N),
  column(
    'more unseen values than may be set aside',
    'plan',
    { maxUnseenShare: undefined },
    { maxUnseenShare: 0.05 },
    W,
    N,
  ),
  column(
    'fewer unseen values than may be set aside',
    'plan',
    { maxUnseenShare: undefined },
    { maxUnseenShare: 0.049 },
    N,
    N,
  ),
  column('a pattern', 'gender', { pattern: '[a-z]' }, { pattern: undefined }, W, N),
  column('another pattern', 'gender', { pattern: '[a-z]' }, { pattern: '[a-zA-Z]' }, N, N),
  column('uniqueness', 'gender', { unique: true }, { unique: false }, W, N),
  column('not-a-number', 'spend', { nan: 'reject' }, { nan: 'allow' }, W, N),
  column('infinity', 'spend', { infinity: 'reject' }, { infinity: 'allow' }, W, N),
  column('a format', 'seen_at', { format: '%d.%m.%Y' }, { format: '%Y' }, N, N),
  column('a zone', 'seen_at', { zone: 'Europe/Berlin' }, { zone: 'UTC' }, N, N),
  column('no zone and UTC', 'seen_at', { zone: undefined }, { zone: 'UTC' }, O, O),
  column('a description', 'age', { description: 'a' }, { description: 'b' }, O, O),
  dataCase('a format', { format: 'csv' }, { format: 'parquet' }, 'data.format', N, N),
  dataCase('a delimiter', { delimiter: 'auto' }, { delimiter: ';' }, 'data.delimiter', N, W),
  dataCase('another delimiter', { delimiter: ',' }, { delimiter: ';' }, 'data.delimiter', N, N),
  dataCase('quotes', { quote: 'auto' }, { quote: 'none' }, 'data.quote', N, W),
  dataCase('a header', { header: true }, { header: false }, 'data.header', N, N),
  dataCase('extra columns', { extraColumns: 'reject' }, { extraColumns: 'ignore' }, 'data.extraColumns', W, N),
  dataCase('missing columns', { missingColumns: 'reject' }, { missingColumns: 'null' }, 'data.missingColumns', W, N),
  dataCase('the order', { columnOrder: 'exact' }, { columnOrder: 'any' }, 'data.columnOrder', W, N),
  dataCase('rows', { minRows: 1 }, { minRows: 2 }, 'data.minRows', N, W),
  dataCase('a size', { maxSizeMb: 1 }, { maxSizeMb: 2 }, 'data.maxSizeMb', W, N),
  dataCase('a quarantine', { maxQuarantineShare: 0 }, { maxQuarantineShare: 0.1 }, 'data.maxQuarantineShare', W, N),
  dataCase('a key', { keys: [] }, { keys: [['age', 'plan']] }, 'data.keys["age+plan"]', N, W),
  dataCase('a rule', {}, rule({}), 'data.rules.r', N, W),
  dataCase('a warning', {}, rule({ severity: 'warn' }), 'data.rules.r', O, O),
  dataCase('an expression', rule({}), rule({ expression: 'age > 1' }), 'data.rules.r.expression', N, N),
  dataCase('a condition', rule({}), rule({ when: 'active' }), 'data.rules.r.when', W, N),
  dataCase('another condition', rule({ when: 'not active' }), rule({ when: 'active' }), 'data.rules.r.when', N, N),
  dataCase('a severity', rule({}), rule({ severity: 'warn' }), 'data.rules.r.severity', W, N),
  dataCase('a tolerance', rule({ mostly: 0.9 }), rule({ mostly: 0.8 }), 'data.rules.r.mostly', W, N),
  dataCase('a cap', rule({ maxRows: 9 }), rule({ maxRows: 8 }), 'data.rules.r.maxRows', N, W),
  dataCase(
    'what a warning asks for',
    rule({ severity: 'warn', mostly: 0.9 }),
    rule({ severity: 'warn', mostly: 0.8 }),
    'data.rules.r.mostly',
    O,
    O,
  ),
  dataCase(
    'a rule of a column to a warning',
    {},
    { rules: [{ id: 'out-of-range:age', severity: 'warn' }] },
    'data.rules["out-of-range:age"].severity',
    W,
    N,
  ),
  dataCase('a check', {}, check({ type: 'leakage' }), 'data.checks.leakage', N, W),
  dataCase('a check that warns', {}, check({ type: 'leakage', severity: 'warn' }), 'data.checks.leakage', O, O),
  dataCase(
    'an age',
    check({ type: 'freshness', maxAge: '90m' }),
    check({ type: 'freshness', maxAge: '1h' }),
    'data.checks.freshness.maxAge',
    N,
    W,
  ),
  dataCase(
    'history',
    check({ type: 'volume', minVersions: 3 }),
    check({ type: 'volume', minVersions: 4 }),
    'data.checks.volume.minVersions',
    W,
    N,
  ),
  dataCase(
    'a looser strategy',
    volume({ type: 'range', margin: 0.1 }),
    volume({ type: 'range', margin: 0.2 }),
    'data.checks.volume.strategy',
    W,
    N,
  ),
  dataCase(
    'a strategy looser here and tighter there',
    volume({ type: 'relative', maxDecrease: 0.1, maxIncrease: 0.2 }),
    volume({ type: 'relative', maxDecrease: 0.2, maxIncrease: 0.1 }),
    'data.checks.volume.strategy',
    N,
    N,
  ),
  dataCase(
    'another strategy',
    volume({ type: 'range' }),
    volume({ type: 'median' }),
    'data.checks.volume.strategy',
    N,
    N,
  ),
  dataCase(
    'columns of drift',
    check({ type: 'drift', columns: ['age'] }),
    check({ type: 'drift' }),
    'data.checks.drift.columns',
    N,
    W,
  ),
  dataCase(
    'a drift method',
    check({ type: 'drift', method: 'psi' }),
    check({ type: 'drift', method: 'l_infinity' }),
    'data.checks.drift.method',
    N,
    N,
  ),
];

describe('compareContracts', () => {
  for (const { what, before, after, there, back } of CASES) {
    it(`tells what it means to change ${what}: ${there[0]}, and back ${back[0]?.split(' ').at(-1)}`, () => {
      const said = (from: ModelSpec, to: ModelSpec) => kinds(from, to).map(({ path, kind }) => `${path} ${kind}`);
      expect(said(before, after)).toEqual(there);
      expect(said(after, before)).toEqual(back);
      const compatible = (list: readonly string[]) => list.every((text) => /(widening|neutral)$/.test(text));
      expect(compareContracts(before, after).compatible).toBe(compatible(there));
      expect(compareContracts(after, before).compatible).toBe(compatible(back));
    });
  }

  it('says what was and what is', () => {
    expect(kinds(withColumn('age', { min: 0 }), withColumn('age', { min: 18 }))).toEqual([
      { path: 'data.columns.age.min', kind: 'narrowing', message: 'was 0, is 18' },
    ]);
  });

  it('says that requests change when a feature comes, goes or must not be missing', () => {
    const more = aModelSpec({ data: { columns: [...COLUMNS, { name: 'city', type: 'category' }] } });
    expect(kinds(aModelSpec(), more).map(({ path, kind }) => [path, kind])).toEqual([
      ['features.city', 'breaking'],
      ['data.columns.city', 'narrowing'],
    ]);
    expect(kinds(more, aModelSpec()).map(({ path, kind }) => [path, kind])).toEqual([
      ['features.city', 'breaking'],
      ['data.columns.city', 'narrowing'],
    ]);
    const ignored = data({ ignored: ['age'] });
    expect(kinds(aModelSpec(), ignored).map(({ path, kind }) => [path, kind])).toEqual([
      ['features.age', 'breaking'],
      ['data.ignored', 'neutral'],
    ]);
  });

  it('takes a column without a role that may be absent for a widening', () => {
    const city = { name: 'city', type: 'category', nullable: true };
    const more = (change: Overrides) =>
      aModelSpec({ data: { columns: [...COLUMNS, city], ignored: ['city'], missingColumns: 'null', ...change } });
    const before = (change: Overrides = {}) => data({ missingColumns: 'null', ...change });
    const ofColumn = (from: ModelSpec, to: ModelSpec) =>
      kinds(from, to).find(({ path }) => path === 'data.columns.city')?.kind;
    expect(ofColumn(before(), more({}))).toBe('widening');
    expect(ofColumn(before({ extraColumns: 'ignore' }), more({ extraColumns: 'ignore' }))).toBe('narrowing');
    expect(ofColumn(more({}), before())).toBe('narrowing');
    expect(ofColumn(more({}), before({ extraColumns: 'ignore' }))).toBe('widening');
  });

  it.each<[string, Overrides, Overrides, string]>([
    ['the task', {}, { task: 'regression' }, 'task'],
    ['the classes', { classes: ['0', '1'] }, { classes: ['1', '0'] }, 'classes'],
    ['the target', {}, { data: { target: 'active' } }, 'data.target'],
    ['the id', {}, { data: { id: undefined } }, 'data.id'],
    ['the name', {}, { name: 'other' }, 'name'],
    ['a larger holdout', {}, { training: { split: { validation: 0.15, holdout: 0.2 } } }, 'training.split.holdout'],
  ])('says that champion and challenger cannot be compared when %s changes', (_what, before, after, path) => {
    const { compatible, changes } = compareContracts(aModelSpec(before), aModelSpec(after));
    expect(changes).toContainEqual({ path, kind: 'breaking', message: expect.any(String) });
    expect(compatible).toBe(false);
  });

  it('knows the labels a binary task has without classes', () => {
    expect(kinds(aModelSpec(), aModelSpec({ classes: ['0', '1'] }))).toEqual([]);
    expect(kinds(aModelSpec(), aModelSpec({ training: { split: { holdout: 0.1 } } })).map(({ kind }) => kind)).toEqual([
      'neutral',
    ]);
  });

  it('knows that a key of some columns makes one of more columns needless', () => {
    const [few, many] = [data({ keys: [['age']] }), data({ keys: [['plan', 'age']] })];
    expect(kinds(few, many).map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      'data.keys["plan+age"] neutral',
      'data.keys.age widening',
    ]);
    expect(kinds(many, few).map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      'data.keys.age narrowing',
      'data.keys["plan+age"] neutral',
    ]);
    expect(kinds(data({ keys: [['age', 'plan']] }), many).map(({ kind }) => kind)).toEqual([]);
  });

  it('minds the order of columns only where it matters', () => {
    const reversed = (change: Overrides) => data({ columns: [...COLUMNS].reverse(), ...change });
    const ofColumns = (change: Overrides) =>
      kinds(data(change), reversed(change))
        .filter(({ path }) => path === 'data.columns')
        .map(({ kind }) => kind);
    expect(ofColumns({})).toEqual(['neutral']);
    expect(ofColumns({ columnOrder: 'exact' })).toEqual(['narrowing']);
    expect(ofColumns({ header: false })).toEqual(['narrowing']);
  });

  it('minds the timestamp when freshness is judged by it', () => {
    const spec = (timestamp: string | undefined, checks: object[]) => data({ timestamp, checks });
    const kindOf = (checks: object[]) =>
      kinds(spec('seen_at', checks), spec(undefined, checks)).find(({ path }) => path === 'data.timestamp')?.kind;
    expect(kindOf([])).toBe('neutral');
    expect(kindOf([{ type: 'freshness', maxAge: '1d' }])).toBe('narrowing');
  });

  it('finds a contract compatible with itself, and bounds that move back the mirror of how they moved', () => {
    const bound = fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined });
    const mirror: Record<string, string> = { narrowing: 'widening', widening: 'narrowing', neutral: 'neutral' };
    fc.assert(
      fc.property(fc.tuple(bound, bound), fc.tuple(bound, bound), (from, to) => {
        const spec = ([min, max]: typeof from) => withColumn('age', { min, max });
        expect(compareContracts(spec(from), spec(from))).toEqual({ compatible: true, changes: [] });
        const back = kinds(spec(to), spec(from)).map(({ path, kind }) => [path, mirror[kind]]);
        expect(kinds(spec(from), spec(to)).map(({ path, kind }) => [path, kind])).toEqual(back);
        expect(Compatibility.parse(compareContracts(spec(from), spec(to)))).toBeDefined();
      }),
    );
  });
});

/** Values of every kind a field may have; enums, literals and unions add their own. */
const POOL: readonly unknown[] = [
  undefined,
  true,
  false,
  0.25,
  0.5,
  1,
  2,
  5,
  'alpha',
  'beta',
  ',',
  ';',
  '1h',
  '2h',
  'age',
  'plan',
  ['alpha'],
  ['beta'],
  ['age'],
  ['plan'],
  [['age']],
  [['plan']],
  [{ id: 'r', expression: 'age > 0' }],
  [{ id: 's', expression: 'age > 0' }],
  [{ type: 'leakage' }],
  [{ type: 'volume' }],
  [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'integer' },
  ],
  [
    { name: 'a', type: 'integer' },
    { name: 'c', type: 'integer' },
  ],
  { type: 'relative' },
  { type: 'range' },
];

function options(schema: z.ZodType): unknown[] {
  const def = schema._zod.def as { innerType?: z.ZodType; entries?: object; options?: z.ZodType[]; values?: unknown[] };
  if (def.innerType) return options(def.innerType);
  return [...Object.values(def.entries ?? {}), ...(def.values ?? []), ...(def.options ?? []).flatMap(options)];
}

/** Every value of the pool that the field takes, as the schema gives it back. */
function alternatives(field: z.ZodType): unknown[] {
  const parsed = [...POOL, ...options(field)].map((value) => field.safeParse(value)).filter(({ success }) => success);
  const texts = new Map(parsed.map(({ data: value }) => [value === undefined ? '' : canonicalJson(value), value]));
  return [...texts.values()];
}

describe('every field of a contract', () => {
  const fieldsOf = (schema: z.ZodObject): [string, z.ZodType][] =>
    Object.entries(schema.shape) as [string, z.ZodType][];
  const places: [string, z.ZodObject, (part: object) => object][] = [
    ['Column', Column, (part) => ({ columns: [{ name: 'x', type: 'string', nullable: false, ...part }, COLUMNS[7]] })],
    ['DataSpec', DataSpec, (part) => part],
    ['RowRule', RowRule, (part) => ({ rules: [{ id: 'r', expression: 'age > 0', severity: 'error', ...part }] })],
    ...Check.options.map((option): [string, z.ZodObject, (part: object) => object] => [
      `Check ${[...option.shape.type.values][0]}`,
      option,
      (part) => {
        const smallest = {
          type: [...option.shape.type.values][0],
          column: 'age',
          statistic: 'mean',
          maxAge: '1d',
          max: 1,
          minShare: 0.1,
        };
        const known = Object.fromEntries(Object.entries(smallest).filter(([key]) => key in option.shape));
        return { checks: [{ ...option.parse(known), ...part }] };
      },
    ]),
  ];
  const cases = places.flatMap(([what, schema, place]) =>
    fieldsOf(schema).map(([field, type]) => ({ what, field, type, place })),
  );

  it.each(cases)('is compared: $what $field', ({ what, field, type, place }) => {
    const values = alternatives(type);
    const literal = what.startsWith('Check') && field === 'type';
    expect(values.length, 'the pool has no two values for the field').toBeGreaterThan(literal ? 0 : 1);
    const base = aModelSpec();
    const spec = (value: unknown): ModelSpec => ({ ...base, data: { ...base.data, ...place({ [field]: value }) } });
    const other = literal ? [{ ...base, data: { ...base.data, checks: [] } }] : [];
    const specs = [...values.map(spec), ...other];
    for (const [i, before] of specs.entries()) {
      expect(compareContracts(before, before)).toEqual({ compatible: true, changes: [] });
      for (const after of specs.slice(i + 1)) expect(kinds(before, after), `${what} ${field}`).not.toEqual([]);
    }
  });
});
