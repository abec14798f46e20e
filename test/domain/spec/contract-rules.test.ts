import { describe, expect, it } from 'vitest';
import { generatedCheckIds, generatedRuleIds } from '../../../domain/contracts/rule-ids.ts';
import { checkSpec } from '../../../domain/spec/check.ts';
import { showProblem } from '../../../domain/spec/problem.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { aModelSpec, aSpecDocument, merge, type Overrides } from '../../fixtures/builders.ts';

const linesOf = (overrides: Overrides): string[] => {
  const result = checkSpec(aSpecDocument(overrides));
  return 'problems' in result ? result.problems.map(showProblem) : [];
};

/** Columns by place: 0 customer_id, 1 seen_at, 2 age, 3 spend, 4 plan, 5 active, 6 gender, 7 churned. */
const column = (at: number, change: object, more: object = {}): Overrides => {
  const columns = [...(aSpecDocument().data as { columns: object[] }).columns];
  columns[at] = merge(columns[at] as object, change);
  return { data: { columns, ...more } };
};
const rules = (...list: object[]): Overrides => ({ data: { rules: list } });
const rule = (change: object): Overrides => rules({ id: 'r', expression: 'age > 1', ...change });
const checks = (...list: object[]): Overrides => ({ data: { checks: list } });
const keys = (...list: string[][]): Overrides => ({ data: { keys: list } });
const without = (role: string, list: object[]): Overrides => ({ data: { [role]: undefined, checks: list } });
const CONTAINER = { algorithm: 'container', xgboost: undefined, container: { image: 'repo/image:1' } };
const REGRESSION: Overrides = {
  task: 'regression',
  training: { xgboost: { hyperparameters: { objective: 'reg:squarederror' } } },
  evaluation: { gates: [{ type: 'absolute', metric: 'rmse', max: 9 }] },
};

/** What is wrong, the change, and the one line that must be said about it. */
const refused: readonly (readonly [what: string, change: Overrides, line: string])[] = [
  ['a length of a number', column(2, { minLength: 1 }), 'data.columns[2].minLength: does not go with integer'],
  ['a length of a time', column(1, { maxLength: 1 }), 'data.columns[1].maxLength: does not go with timestamp'],
  ['a pattern of a boolean', column(5, { pattern: 'a' }), 'data.columns[5].pattern: does not go with boolean'],
  [
    'lengths the wrong way round',
    column(0, { minLength: 3, maxLength: 2 }),
    'data.columns[0].minLength: is above maxLength (seen 3; allowed: at most 2)',
  ],
  ['a lookahead', column(0, { pattern: 'a(?=b)' }), 'data.columns[0].pattern: `(?=` at 2 is a lookaround'],
  ['a backreference', column(6, { pattern: '(a)\\1' }), 'data.columns[6].pattern: `\\1` at 4 is a backreference'],
  ['too much repetition', column(6, { pattern: 'a{1001}' }), 'data.columns[6].pattern: `{1001}` at 2 repeats more'],
  ['a null share of what has none', column(2, { maxNullShare: 0.1 }), 'data.columns[2].maxNullShare: needs nullable'],
  ['an unseen share without values', column(6, { maxUnseenShare: 0 }), 'data.columns[6].maxUnseenShare: needs values'],
  ['NaN in whole numbers', column(2, { nan: 'allow' }), 'data.columns[2].nan: does not go with integer'],
  ['infinity in a text', column(4, { infinity: 'allow' }), 'data.columns[4].infinity: does not go with category'],
  ['infinity for XGBoost', column(3, { infinity: 'allow' }), 'data.columns[3].infinity: cannot be allowed: XGBoost'],
  [
    'NaN in the target',
    { ...REGRESSION, ...column(7, { type: 'number', nan: 'allow' }) },
    'data.columns[7].nan: cannot be allowed: this is the target',
  ],
  ['a zone of a text', column(4, { zone: 'UTC' }), 'data.columns[4].zone: does not go with category'],
  [
    'a zone that is none',
    column(1, { zone: 'Europe/Berlinn' }),
    'data.columns[1].zone: is no time zone; did you mean Europe/Berlin?',
  ],
  ['a zone in lower case', column(1, { zone: 'europe/berlin' }), 'data.columns[1].zone: is no time zone; did you mean'],
  ['an offset as zone', column(1, { zone: '+01:00' }), 'data.columns[1].zone: is no time zone'],
  ['a key of no column', keys(['agee']), 'data.keys[0][0]: names no column; did you mean age?'],
  ['a column twice in a key', keys(['age', 'plan', 'age']), 'data.keys[0]: names a column twice (seen "age"'],
  ['a key twice', keys(['age', 'plan'], ['plan', 'age']), 'data.keys[1]: is the key data.keys[0], too'],
  [
    'a key that is text',
    { data: { keys: ['age'] } },
    'data.keys[0]: must be a list (seen "age"; allowed: [store, day])',
  ],

  [
    'an expression that does not parse',
    rule({ expression: 'age >' }),
    'data.rules[0].expression: unexpected the end at 6',
  ],
  [
    'an expression of an unknown column',
    rule({ expression: 'agee > 1' }),
    'data.rules[0].expression: `agee` at 1 names no column; did you mean `age`?',
  ],
  [
    'an expression of other types',
    rule({ expression: 'age > plan' }),
    'data.rules[0].expression: `>` at 5 compares `age`',
  ],
  [
    'an expression that is a number',
    rule({ expression: 'age + 1' }),
    'data.rules[0].expression: gives a number, not true',
  ],
  ['a condition that does not parse', rule({ when: '(' }), 'data.rules[0].when: unexpected the end at 2'],
  ['a condition that is a text', rule({ when: 'plan' }), 'data.rules[0].when: gives a text, not true or false'],
  [
    'an id twice',
    rules({ id: 'r', expression: 'active' }, { id: 'r', expression: 'active' }),
    'data.rules[1].id: is the id of data.rules[0], too',
  ],
  [
    'a change twice',
    rules({ id: 'out-of-range:age', mostly: 1 }, { id: 'out-of-range:age', maxRows: 1 }),
    'data.rules[1].id: is the id of data.rules[0], too',
  ],
  [
    'the id of a broken line',
    rule({ id: 'line-too-long' }),
    'data.rules[0].id: is the id of a line that cannot be read',
  ],
  [
    'the id of a broken line of JSON',
    rule({ id: 'not-an-object' }),
    'data.rules[0].id: is the id of a line that cannot be read',
  ],
  [
    'an expression for a rule of a column',
    rule({ id: 'out-of-range:age' }),
    'data.rules[0].id: is the id of a rule that a column makes',
  ],
  [
    'a change of no rule',
    rules({ id: 'out-of-range:agee', mostly: 0.9 }),
    'data.rules[0].id: names no rule that a column makes; did you mean out-of-range:age?',
  ],
  [
    'a change of a rule of another column',
    rules({ id: 'pattern-mismatch:age', mostly: 0.9 }),
    'allowed: any id with an expression; without one: null-not-allowed:age, wrong-type:age, out-of-range:age)',
  ],
  ['a change of nothing', rules({ id: 'out-of-range:age' }), 'data.rules[0]: changes nothing'],
  ['an error made an error', rules({ id: 'out-of-range:age', severity: 'error' }), 'data.rules[0]: changes nothing'],
  ...['wrong-type:age', 'null-not-allowed:plan', 'unknown-class:churned', 'infinity-not-allowed:spend'].flatMap(
    (id): [string, Overrides, string][] => [
      [`a warning of ${id}`, rules({ id, severity: 'warn' }), `data.rules[0].severity: cannot be warn for ${id}`],
      [`a condition of ${id}`, rules({ id, when: 'active' }), `data.rules[0].when: does not go with ${id}`],
    ],
  ),
  [
    'a warning of a repeated id',
    { data: { keys: [['customer_id']], rules: [{ id: 'duplicate-key:customer_id', severity: 'warn' }] } },
    'data.rules[0].severity: cannot be warn for duplicate-key:customer_id',
  ],
  [
    'a warning of an id that is not unique',
    column(0, { unique: true }, { rules: [{ id: 'not-unique:customer_id', severity: 'warn' }] }),
    'data.rules[0].severity: cannot be warn for not-unique:customer_id',
  ],

  ['a row count without bounds', checks({ type: 'row-count' }), 'data.checks[0]: says neither min nor max'],
  ['a row count of nothing', checks({ type: 'row-count', min: 2, max: 1 }), 'data.checks[0].min: is above max (seen 2'],
  [
    'freshness without a time',
    without('timestamp', [{ type: 'freshness', maxAge: '1d' }]),
    'data.checks[0]: needs data.timestamp',
  ],
  ['overlap without an id', without('id', [{ type: 'holdout-overlap' }]), 'data.checks[0]: needs data.id'],
  [
    'a null share of no column',
    checks({ type: 'null-share', column: 'x', max: 0 }),
    'data.checks[0].column: names no column',
  ],
  [
    'a null share without nulls',
    checks({ type: 'null-share', column: 'age', max: 0 }),
    'data.checks[0].column: is not nullable',
  ],
  [
    'an unseen share of anything',
    checks({ type: 'unseen-share', column: 'gender', max: 0 }),
    'data.checks[0].column: has no values',
  ],
  [
    'the mean of a category',
    checks({ type: 'statistic', column: 'plan', statistic: 'mean' }),
    'data.checks[0].statistic: does not go with a category column (seen "mean"; allowed: nullShare)',
  ],
  [
    'a statistic that is none',
    checks({ type: 'statistic', column: 'age', statistic: 'meen' }),
    'data.checks[0].statistic: is not known; did you mean mean?',
  ],
  [
    'more history than is looked at',
    checks({ type: 'volume', versions: 2 }),
    'data.checks[0].minVersions: is above versions (seen 3; allowed: at most 2)',
  ],
  [
    'drift of what is no feature',
    checks({ type: 'drift', columns: ['age', 'gender'] }),
    'data.checks[0].columns[1]: is no feature',
  ],
  [
    'drift of a feature twice',
    checks({ type: 'drift', columns: ['age', 'age'] }),
    'data.checks[0].columns[1]: names a feature twice',
  ],
  [
    'drift that cannot be',
    checks({ type: 'drift', method: 'l_infinity', threshold: 1.01 }),
    'data.checks[0].threshold: can never be reached',
  ],
  [
    'label balance of numbers',
    { ...REGRESSION, ...checks({ type: 'label-balance', minShare: 0.1 }) },
    'data.checks[0]: does not go with a regression',
  ],
  [
    'a least share that cannot be',
    checks({ type: 'label-balance', minShare: 0.51 }),
    'data.checks[0].minShare: cannot be had by each of 2',
  ],
  [
    'a most share that cannot be',
    checks({ type: 'label-balance', minShare: 0, maxShare: 0.49 }),
    'data.checks[0].maxShare: cannot be kept by',
  ],
  [
    'a check twice',
    checks({ type: 'leakage' }, { type: 'leakage' }),
    'data.checks[1].id: is missing: leakage is the id of data.checks[0]',
  ],
  [
    'a check id twice',
    checks({ type: 'leakage', id: 'a' }, { type: 'volume', id: 'a' }),
    'data.checks[1].id: is the id of data.checks[0], too',
  ],
  [
    'a check with the id of a rule',
    { data: { rules: [{ id: 'a', expression: 'active' }], checks: [{ type: 'volume', id: 'a' }] } },
    'data.checks[0].id: is the id of data.rules[0], too',
  ],
  [
    'a check with the id of a column rule',
    checks({ type: 'volume', id: 'wrong-type:age' }),
    'data.checks[0].id: is the id of a rule that a column makes',
  ],
  [
    'a check with the id of a column check',
    column(3, { maxNullShare: 0.5 }, { checks: [{ type: 'volume', id: 'null-share:spend' }] }),
    'data.checks[0].id: is the id of a check that a column makes',
  ],
  [
    'a rule with the id of a column check',
    column(3, { maxNullShare: 0.5 }, { rules: [{ id: 'null-share:spend', expression: 'active' }] }),
    'data.rules[0].id: is the id of a check that a column makes',
  ],
  [
    'a check that is none',
    checks({ type: 'volumes' }),
    'data.checks[0].type: is not known; did you mean volume? (seen "volumes"; allowed: row-count,',
  ],
  [
    'a check without a type',
    checks({ maxAge: '1d' }),
    'data.checks[0].type: is missing (seen nothing; allowed: row-count,',
  ],
  [
    'a strategy that is none',
    checks({ type: 'volume', strategy: { type: 'medain' } }),
    'data.checks[0].strategy.type: is not known; did you mean median?',
  ],
  [
    'a strategy that is text',
    checks({ type: 'volume', strategy: 'median' }),
    'data.checks[0].strategy: must be an object (seen "median"; allowed: {type: relative',
  ],
  [
    'a field of another check',
    checks({ type: 'row-count', min: 1, maxAge: '1d' }),
    'data.checks[0].maxAge: is not a field of a model spec here (seen "1d"; allowed: type, id, severity, description, min, max)',
  ],
  [
    'a field of another strategy',
    checks({ type: 'volume', strategy: { type: 'median', margin: 1 } }),
    'data.checks[0].strategy.margin: is not a field of a model spec here (seen 1; allowed: type, sigmas)',
  ],
];

const accepted: readonly (readonly [what: string, change: Overrides])[] = [
  ['lengths that are equal', column(0, { minLength: 2, maxLength: 2 })],
  ['a pattern', column(6, { pattern: '[mfx]{1,1000}' })],
  ['a null share', column(3, { maxNullShare: 0 })],
  ['an unseen share', column(4, { maxUnseenShare: 1 })],
  ['NaN in a feature', column(3, { nan: 'allow' })],
  ['infinity in what is no feature', column(3, { infinity: 'allow' }, { ignored: ['spend'] })],
  ['infinity for a container', { ...column(3, { infinity: 'allow' }), training: CONTAINER }],
  ['a zone', column(1, { zone: 'Europe/Berlin' })],
  ['an old name of a zone', column(1, { zone: 'US/Eastern' })],
  ['UTC', column(1, { zone: 'UTC' })],
  ['two keys', keys(['age', 'plan'], ['age'])],
  ['an expression of a protected column', rule({ expression: 'gender in ["m", "f"]', when: 'spend is not null' })],
  ['a change of a column rule', rules({ id: 'out-of-range:age', severity: 'warn', when: 'active', mostly: 0.9 })],
  ['a tolerance of a rule that is firm', rules({ id: 'wrong-type:age', mostly: 0.9, maxRows: 3 })],
  [
    'a warning of a key that is not the id',
    { data: { keys: [['age']], rules: [{ id: 'duplicate-key:age', severity: 'warn' }] } },
  ],
  ['row counts that are equal', checks({ type: 'row-count', min: 1, max: 1 })],
  ['one bound of the row count', checks({ type: 'row-count', max: 5 })],
  ['freshness', checks({ type: 'freshness', maxAge: '1d' })],
  ['overlap with the holdout', checks({ type: 'holdout-overlap' })],
  ['a null share of a nullable column', checks({ type: 'null-share', column: 'spend', max: 0.2 })],
  ['an unseen share of a column with values', checks({ type: 'unseen-share', column: 'plan', max: 0.2 })],
  [
    'figures of numbers and times',
    checks(...['age', 'spend', 'seen_at'].map((name) => ({ type: 'statistic', column: name, statistic: 'mean' }))),
  ],
  ['the null share of any column', checks({ type: 'statistic', column: 'plan', statistic: 'nullShare' })],
  ['as much history as is looked at', checks({ type: 'volume', versions: 3, minVersions: 3 })],
  ['drift of features', checks({ type: 'drift', columns: ['age', 'plan'], method: 'l_infinity', threshold: 1 })],
  ['label balance at its limits', checks({ type: 'label-balance', minShare: 0.5, maxShare: 0.5 })],
  ['checks of one type with ids', checks({ type: 'volume' }, { type: 'volume', id: 'b' })],
  [
    'a check in the place of a column check',
    column(3, { maxNullShare: 0.5 }, { checks: [{ type: 'null-share', column: 'spend', max: 0.4, severity: 'warn' }] }),
  ],
];

describe('rules of contracts', () => {
  for (const [what, change, line] of refused)
    it(`refuse ${what}`, () => {
      const lines = linesOf(change);
      expect(lines.join('\n')).toContain(line);
      expect(lines).toHaveLength(1);
    });

  for (const [what, change] of accepted) it(`accept ${what}`, () => expect(linesOf(change)).toEqual([]));

  it('name only what is near, of many columns', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ name: `f${i}`, type: 'integer' }));
    const columns = [...(aSpecDocument().data as { columns: object[] }).columns, ...many];
    const [line = ''] = linesOf({ data: { columns, rules: [{ id: 'wrong-tipe:nothing', mostly: 0 }] } });
    expect(line.length).toBeLessThan(1_000);
  });

  it('speak up beside a column that has no type', () => {
    const lines = linesOf(column(2, { type: undefined }, { rules: [{ id: 'r', expression: 'age >' }] }));
    expect(lines.join('\n')).toContain('data.rules[0].expression: unexpected the end at 6');
    expect(lines).toHaveLength(2);
  });
});

describe('zones', () => {
  it('that are accepted are known to the engine', async () => {
    const rows = await withDuckDb({}, async (connection) =>
      (await connection.runAndReadAll('SELECT name FROM pg_timezone_names()')).getRows(),
    );
    const known = new Set(rows.map(([name]) => name));
    const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'US/Eastern', 'Asia/Calcutta'];
    expect(zones.filter((zone) => !known.has(zone))).toEqual([]);
  });
});

describe('generatedRuleIds', () => {
  it('lists the rules of columns and keys', () => {
    const spec = aModelSpec({
      ...column(0, { unique: true, minLength: 1, maxLength: 9, pattern: '\\w+' }, { keys: [['age', 'plan']] }),
    });
    expect(generatedRuleIds(spec)).toEqual([
      ...['null-not-allowed', 'too-short', 'too-long', 'pattern-mismatch', 'not-unique'].map(
        (code) => `${code}:customer_id`,
      ),
      ...['null-not-allowed', 'wrong-type'].map((code) => `${code}:seen_at`),
      ...['null-not-allowed', 'wrong-type', 'out-of-range'].map((code) => `${code}:age`),
      ...['wrong-type', 'nan-not-allowed', 'infinity-not-allowed', 'out-of-range'].map((code) => `${code}:spend`),
      ...['null-not-allowed', 'value-not-allowed'].map((code) => `${code}:plan`),
      ...['null-not-allowed', 'wrong-type'].map((code) => `${code}:active`),
      'null-not-allowed:gender',
      ...['null-not-allowed', 'wrong-type', 'out-of-range', 'unknown-class'].map((code) => `${code}:churned`),
      'duplicate-key:age+plan',
    ]);
  });

  it('leaves unseen values to a check where they have a share', () => {
    const spec = aModelSpec(column(4, { maxUnseenShare: 0.1 }));
    expect(generatedRuleIds(spec)).not.toContain('value-not-allowed:plan');
    expect(generatedCheckIds(spec)).toEqual(['unseen-share:plan']);
  });
});
