import { describe, expect, it } from 'vitest';
import { parquetBytes, specOfX as specOf, validated } from '../fixtures/validated.ts';

const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csvOf = (cells: readonly string[], last = '1') =>
  `x,y\n${cells.map((cell) => `${quoted(cell)},${last}`).join('\n')}\n`;

const LONG = 'é'.repeat(4);
const TABLE: readonly [name: string, column: object, keeps: readonly string[], breaks: Record<string, string[]>][] = [
  [
    'an integer',
    { type: 'integer' },
    ['', '0', '-7', '9223372036854775807', '3.0'],
    {
      'wrong-type:x': ['x', '1.5', '9223372036854775808', '1 2', 'nan', '0x'],
    },
  ],
  [
    'an integer within bounds',
    { type: 'integer', min: -1, max: 3 },
    ['-1', '3'],
    {
      'out-of-range:x': ['-2', '4'],
      'wrong-type:x': ['three'],
    },
  ],
  [
    'a number',
    { type: 'number' },
    ['', '1e308', '-0', '.5'],
    {
      'wrong-type:x': ['1,5', 'one', '--1'],
      'nan-not-allowed:x': ['nan', 'NaN'],
      'infinity-not-allowed:x': ['inf', '-Infinity', '1e309'],
    },
  ],
  [
    'a number that may be NaN',
    { type: 'number', nan: 'allow', min: 0 },
    ['nan', '0'],
    {
      'infinity-not-allowed:x': ['inf'],
      'out-of-range:x': ['-0.1'],
    },
  ],
  [
    'a number that may be infinite',
    { type: 'number', infinity: 'allow', min: 0, max: 1 },
    ['inf', '-inf', '1'],
    {
      'nan-not-allowed:x': ['nan'],
      'out-of-range:x': ['1.1'],
    },
  ],
  ['a number from', { type: 'number', min: 0.1 }, ['0.1', '1e300'], { 'out-of-range:x': ['0.0999999999999999'] }],
  ['a number up to', { type: 'number', max: 0.1 }, ['0.1', '-1e300'], { 'out-of-range:x': ['0.1000000000000001'] }],
  ['a boolean', { type: 'boolean' }, ['true', 'false', 'TRUE', '1', '0'], { 'wrong-type:x': ['yes it is', '2'] }],
  ['a text that must be there', { type: 'string', nullable: false }, ['x'], { 'null-not-allowed:x': [''] }],
  [
    'a text of a length',
    { type: 'string', minLength: 2, maxLength: 4 },
    ['', 'ab', LONG],
    {
      'too-short:x': ['a', '🎈'],
      'too-long:x': ['abcde', `${LONG}x`],
    },
  ],
  [
    'a category of values',
    { type: 'category', values: ['a', 'B', "o'k"] },
    ['', 'a', "o'k"],
    {
      'value-not-allowed:x': ['b', 'A', ' a'],
    },
  ],
  [
    'a text of a pattern',
    { type: 'string', pattern: '[A-Z]{2}-[0-9]+' },
    ['', 'AB-1'],
    {
      'pattern-mismatch:x': ['AB-', 'xAB-1', 'AB-1\n'],
    },
  ],
  [
    'an instant',
    { type: 'timestamp' },
    ['', '2026-01-31', '2026-01-31T10:00:00Z', '2026-01-31 10:00:00+02'],
    {
      'wrong-type:x': ['31.01.2026', '2026-02-30', 'infinity', '10000-01-01', '0001-01-01 (BC)'],
    },
  ],
  [
    'a time of a format',
    { type: 'timestamp', format: '%d.%m.%Y' },
    ['31.01.2026'],
    {
      'wrong-type:x': ['2026-01-31', '30.02.2026'],
    },
  ],
  ['a column without twins', { type: 'string', unique: true }, ['', '', 'a', 'b'], {}],
];

describe('a rule', () => {
  for (const [name, column, keeps, breaks] of TABLE) {
    it(`of ${name} is kept on one side of its limit and broken on the other`, async () => {
      const bad = Object.entries(breaks).flatMap(([id, cells]) => cells.map((cell) => [cell, id] as const));
      const cells = [...keeps, ...bad.map(([cell]) => cell)];
      const { judgement, quarantined, accepted } = await validated(specOf(column), csvOf(cells));
      expect(quarantined.map(({ x, __reasons }) => [x ?? '', __reasons])).toEqual(
        bad.map(([cell, id]) => [cell, [id]]),
      );
      expect(accepted).toHaveLength(keeps.length);
      for (const rule of judgement.rules)
        expect([rule.id, rule.rows, rule.status]).toEqual([
          rule.id,
          breaks[rule.id]?.length ?? 0,
          breaks[rule.id] ? 'broken' : 'kept',
        ]);
    });
  }

  it.each([
    ['2026-03-29T01:30:00', '2026-03-29 00:30:00'],
    ['2026-07-01 12:00', '2026-07-01 10:00:00'],
    ['2026-07-01', '2026-06-30 22:00:00'],
    ['2026-07-01T12:00:00Z', '2026-07-01 12:00:00'],
    ['2026-07-01T12:00:00-05:00', '2026-07-01 17:00:00'],
  ])('reads the time %s of Paris as %s UTC', async (cell, utc) => {
    const { accepted } = await validated(specOf({ type: 'timestamp', zone: 'Europe/Paris' }), csvOf([cell]));
    expect(accepted[0]?.x).toBe(utc);
  });

  it('for a time with a format takes the zone, unless the format has an offset', async () => {
    const zoned = { type: 'timestamp', zone: 'Europe/Paris' };
    const local = await validated(specOf({ ...zoned, format: '%d.%m.%Y %H' }), csvOf(['01.07.2026 12']));
    expect(local.accepted[0]?.x).toBe('2026-07-01 10:00:00');
    const offset = await validated(specOf({ ...zoned, format: '%d.%m.%Y %H %z' }), csvOf(['01.07.2026 12 +00']));
    expect(offset.accepted[0]?.x).toBe('2026-07-01 12:00:00');
  });

  it('of a key is broken by the second and later rows, whatever else they break', async () => {
    const spec = specOf({ type: 'string' }, { keys: [['x', 'y']] });
    const { judgement, quarantined } = await validated(spec, 'x,y\na,1\nb,1\na,2\na,1\n,1\n,1\na,1.0\na,x\n');
    expect(quarantined.map(({ __line, __reasons }) => [__line, __reasons])).toEqual([
      ['5', ['duplicate-key:x+y']],
      ['8', ['duplicate-key:x+y']],
      ['9', ['wrong-type:y']],
    ]);
    expect(judgement.rows).toEqual({ total: 8, accepted: 5, quarantined: 3 });
  });

  it('that values occur once names the rows after the first', async () => {
    const { quarantined } = await validated(specOf({ type: 'string', unique: true }), csvOf(['a', 'b', 'a', 'a', 'A']));
    expect(quarantined.map(({ __line, __reasons }) => [__line, __reasons])).toEqual([
      ['4', ['not-unique:x']],
      ['5', ['not-unique:x']],
    ]);
  });
});

describe('a bad row', () => {
  it('is found in its line, however many pieces the file is read in', async () => {
    const lines = Array.from({ length: 400_000 }, (_, i) => `${i % 50_000 === 7 ? 'x' : i},${'0'.repeat(40)}1`);
    const { quarantined } = await validated(specOf({ type: 'integer' }), `x,y\n${lines.join('\n')}\n`);
    expect(quarantined.map(({ __line }) => Number(__line))).toEqual(
      Array.from({ length: 8 }, (_, i) => i * 50_000 + 9),
    );
  });
});

describe('a Parquet file with a column called like the number of its rows', () => {
  it('has its bad rows found in their lines all the same', async () => {
    const bytes = await parquetBytes("SELECT i AS x, 1.0 AS y, 'n' AS File_Row_Number FROM range(5) AS t(i)");
    const spec = specOf({ type: 'integer', max: 2 }, { format: 'parquet', extraColumns: 'ignore' });
    const { quarantined } = await validated(spec, bytes);
    expect(quarantined.map(({ __line }) => __line)).toEqual(['4', '5']);
  });
});

describe('a file above data.maxSizeMb', () => {
  it('is refused, one of that size is not', async () => {
    const spec = specOf({ type: 'string' }, { maxSizeMb: 1 });
    const fitting = `x,y\n${'a,1\n'.repeat(262_143)}`;
    expect((await validated(spec, fitting)).judgement.verdict).toBe('accepted');
    expect((await validated(spec, `${fitting}a,1\n`)).judgement.reasons.map(({ code }) => code)).toEqual(['too-large']);
  });
});

describe('a rule of a spec', () => {
  const rows = 'x,y\n1,0\n2,1\n3,5\n,9\n4,nan\n';

  it('is broken where its expression is false, not where it is unknown', async () => {
    const spec = specOf(
      { type: 'integer' },
      { rules: [{ id: 'order', expression: 'y <= x', description: 'y first' }] },
    );
    const { judgement, quarantined } = await validated(spec, rows);
    expect(quarantined.map(({ x, __reasons }) => [x, __reasons])).toEqual([
      ['3', ['order']],
      ['4', ['nan-not-allowed:y']],
    ]);
    expect(judgement.reasons.map(({ message }) => message)).toContain('order: y first');
  });

  it('is about the rows of its condition only', async () => {
    const spec = specOf({ type: 'integer' }, { rules: [{ id: 'order', expression: 'y > x', when: 'x >= 2' }] });
    const { judgement } = await validated(spec, rows);
    expect(judgement.rules.find(({ id }) => id === 'order')).toMatchObject({ when: 'x >= 2', about: 3, rows: 1 });
  });

  it('for warnings leaves its rows, and says how many and what they hold', async () => {
    const rules = [{ id: 'out-of-range:x', severity: 'warn' }];
    const { judgement, accepted } = await validated(
      specOf({ type: 'integer', max: 2 }, { rules }),
      'x,y\n1,0\n3,0\n7,0\n5,0\n',
    );
    expect(accepted).toHaveLength(4);
    expect(judgement.verdict).toBe('accepted');
    expect(judgement.warnings).toEqual([
      { code: 'out-of-range', column: 'x', rows: 3, message: 'x must be at most 2; seen "3", "7"' },
    ]);
  });

  it.each([
    [{ mostly: 0.75 }, 'tolerated', 'accepted-with-quarantine'],
    [{ mostly: 0.76 }, 'broken', 'rejected'],
    [{ maxRows: 1 }, 'tolerated', 'accepted-with-quarantine'],
    [{ maxRows: 0 }, 'broken', 'rejected'],
  ] as const)('with the tolerance %j is %s', async (tolerance, status, verdict) => {
    const rules = [{ id: 'out-of-range:x', ...tolerance }];
    const { judgement } = await validated(specOf({ type: 'integer', max: 2 }, { rules }), csvOf(['1', '2', '2', '3']));
    expect(judgement.rules.find(({ id }) => id === 'out-of-range:x')?.status).toBe(status);
    expect(judgement.verdict).toBe(verdict);
  });
});

describe('what a person releases', () => {
  const spec = specOf({ type: 'integer', max: 2, nullable: false }, { rules: [{ id: 'order', expression: 'y <= x' }] });
  const rows = 'x,y\n1,0\n3,0\n,0\n1,5\nthree,0\nonly\n2,2\n';

  it('is judged strictly at first', async () => {
    const { judgement } = await validated(spec, rows);
    expect(judgement.rows).toEqual({ total: 7, accepted: 2, quarantined: 5 });
  });

  it('of a quarantine are the rows that were set aside and that types can hold', async () => {
    const { judgement, accepted, quarantined } = await validated(spec, rows, { release: 'quarantined' });
    expect(accepted).toEqual([
      { x: '3', y: 0 },
      { x: null, y: 0 },
      { x: '1', y: 5 },
    ]);
    expect(quarantined.map(({ x, __reasons }) => [x, __reasons])).toEqual([['three', ['wrong-type:x']]]);
    expect(judgement.verdict).toBe('accepted-with-quarantine');
  });

  it('of a rejected set are all rows that types can hold', async () => {
    const { judgement, accepted } = await validated(spec, rows, { release: 'rejected' });
    expect(accepted).toHaveLength(5);
    expect(judgement).toMatchObject({ verdict: 'accepted-with-quarantine', rows: { accepted: 5, quarantined: 2 } });
  });
});
