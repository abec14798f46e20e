import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeProfiles, type Profile } from '../../../domain/profiles/profile.ts';
import { validateFile } from '../../../engine/validate-file.ts';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { CONTEXT, parquetBytes, specOfX as specOf, validated } from '../../fixtures/validated.ts';

describe('the profile of large numbers', () => {
  it.each([
    ['1e140', true],
    ['-1e140', true],
    ['1.1e140', false],
    ['-1e200', false],
  ])('of %s alone has moments: %s', async (cell, has) => {
    const { judgement } = await validated(specOf({ type: 'number' }), `x,y\n${cell},1\n`);
    expect(judgement.profile?.columns[0]?.m2 !== undefined).toBe(has);
  });

  it('merges into what JSON can hold', async () => {
    const parts = await Promise.all(
      ['1e200', '-1e200'].map((x) => validated(specOf({ type: 'number' }), `x,y\n${x},1\n`)),
    );
    const [a, b] = parts.map(({ judgement }) => judgement.profile as Profile);
    const merged = mergeProfiles({ ...(a as Profile), columns: [bare(a)] }, { ...(b as Profile), columns: [bare(b)] });
    expect(JSON.parse(JSON.stringify(merged))).toEqual(merged);
  });
  const bare = (profile: Profile | undefined) => {
    const { bins: _bins, ...column } = profile?.columns[0] as Profile['columns'][number];
    return column;
  };
});

describe('a file in a folder', () => {
  it.each([
    'x=7/rows',
    'year=2026/rows',
    'a[1]/r*',
    "it's/r?",
    '{a,b}',
  ])('called %s is read for its bytes alone', async (name) => {
    const bytes = await parquetBytes('SELECT i AS x, 1.5::DOUBLE AS y FROM range(3) AS t(i)');
    await withWorkFolder('names', async (folder) => {
      const path = join(folder, 'data', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      const spec = specOf({ type: 'integer' }, { format: 'parquet' });
      await validateFile({ spec, path, folder, context: CONTEXT, memoryLimitMb: 256 }, async ({ judgement }) => {
        expect(judgement).toMatchObject({ verdict: 'accepted', profile: { columns: [{ min: 0, max: 2 }, {}] } });
      });
    });
  });
});

describe('rows with repeated keys', () => {
  it.each([
    [['a', 'twin', 'twin']],
    [['twin', 'a', 'twin']],
    [['a', 'twin', 'b', 'twin', 'c']],
    [['twin', ...Array.from({ length: 5_000 }, (_, i) => `k${i}`), 'twin', 'last']],
  ])('are accepted in the order of the file', async (keys) => {
    const spec = specOf({ type: 'string', unique: true });
    const { accepted } = await validated(spec, `x,y\n${keys.map((key) => `${key},1\n`).join('')}`);
    expect(accepted.map(({ x }) => x)).toEqual([...new Set(keys)]);
  });
});

describe('a tolerance', () => {
  it.each([
    ['csv', 'x,y\n1,1\n2,1\nlonely\nlonely\n'],
    ['jsonl', '{"x":1,"y":1}\n{"x":2,"y":1}\nlonely\nlonely\n'],
  ])('in %s is of all records, with those that hold no row', async (format, text) => {
    const spec = specOf({ type: 'integer', max: 1 }, { format, rules: [{ id: 'out-of-range:x', mostly: 0.75 }] });
    const { judgement } = await validated(spec, text);
    expect(judgement.rules.find(({ id }) => id === 'out-of-range:x')?.status).toBe('tolerated');
  });
});

describe('a date of Parquet', () => {
  it.each(['5000000-01-01', '290000-01-01', 'infinity'])('that is %s is a bad cell of a good file', async (date) => {
    const rows = `SELECT * FROM (VALUES (DATE '2026-01-01', 1.0::DOUBLE), (DATE '${date}', 2.0)) AS t(x, y)`;
    const { quarantined } = await validated(
      specOf({ type: 'timestamp' }, { format: 'parquet' }),
      await parquetBytes(rows),
    );
    expect(quarantined.map(({ __line, __reasons }) => [__line, __reasons])).toEqual([['2', ['wrong-type:x']]]);
  });
});

describe('categories with NUL', () => {
  it.each([[['a\0b', 'c', 'a\0b']], [['a\0b', 'a', 'a\0b']]])('are counted whole', async (cells) => {
    const lines = cells.map((x) => `${JSON.stringify({ x, y: 1 })}\n`).join('');
    const { judgement } = await validated(specOf({ type: 'category' }, { format: 'jsonl' }), lines);
    const values = [
      ['a\0b', 2],
      [cells[1], 1],
    ];
    expect(judgement.profile?.columns[0]?.categories).toEqual({ values, other: 0 });
  });
});

describe('hundreds of categories', () => {
  it('with values that the first rows do not show are counted in bounded memory', async () => {
    const names = Array.from({ length: 400 }, (_, i) => `c${i}`);
    const columns = [...names.map((name) => ({ name, type: 'category' })), { name: 'y', type: 'number' }];
    const rows = Array.from({ length: 1_500 }, (_, i) => `${`${i < 1_100 ? 'old' : 'new'},`.repeat(400)}1\n`);
    const limit = { memoryLimitMb: 700 };
    const text = `${names.join(',')},y\n${rows.join('')}`;
    const { judgement } = await validated(specOf({}, { columns }), text, limit);
    const [first, last] = [0, 399].map((at) => judgement.profile?.columns[at]?.categories?.values);
    expect(first).toEqual([
      ['old', 1_100],
      ['new', 400],
    ]);
    expect(last).toEqual(first);
  });
});

describe('what is released of a quarantine', () => {
  it.each([
    ['csv', 'x,y\n2,1\n1,1\n,1\nbroken\n'],
    ['jsonl', '{"x":2,"y":1}\n{"x":1,"y":1}\n{"x":null,"y":1}\nbroken\n'],
  ])('in %s holds no lines without a row', async (format, text) => {
    const spec = specOf({ type: 'integer', max: 1, nullable: false }, { format });
    const { judgement } = await validated(spec, text, { release: 'quarantined' });
    expect(judgement).toMatchObject({ verdict: 'accepted', rows: { total: 2, accepted: 2, quarantined: 0 } });
  });
});
