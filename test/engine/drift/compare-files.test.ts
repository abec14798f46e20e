import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredProfile } from '../../../domain/monitoring/drift/reference-profile.ts';
import type { DriftReport } from '../../../domain/monitoring/drift-report.ts';
import type { ColumnProfile } from '../../../domain/profiles/profile.ts';
import { quoteLiteral } from '../../../domain/sql.ts';
import { type CompareInput, compareFiles } from '../../../engine/drift/compare-files.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { compareColumn } from '../../../stats/presets/compare.ts';
import { seeded } from '../../fixtures/random.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-drift-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Row = Readonly<Record<string, string | number | boolean | null>>;
const cell = (value: Row[string] | undefined): string => (value === null || value === undefined ? '' : String(value));
function csv(name: string, rows: readonly Row[], columns = Object.keys(rows[0] ?? {})): string {
  const path = join(dir, name);
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  writeFileSync(path, `${[columns.join(','), ...lines].join('\n')}\n`);
  return path;
}
/** Rows of a shop. */
function shop(count: number, seed: number, change: (row: Row, i: number) => Row = (row) => row): Row[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, i) =>
    change(
      {
        order: `o-${seed}-${i}`,
        at: new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString(),
        amount: Math.round(random() * 10_000) / 100,
        items: 1 + Math.floor(random() * 5),
        country: ['DE', 'FR', 'IT'][Math.floor(random() * 3)] as string,
        gift: random() < 0.2,
      },
      i,
    ),
  );
}
const compare = (reference: string, current: string, changes: Partial<CompareInput> = {}): Promise<DriftReport> =>
  compareFiles({ reference: { path: reference }, current: { path: current }, preset: 'millrace', ...changes });
const column = ({ columns }: DriftReport, name: string) => {
  const found = columns.find((one) => one.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
};
const stored = ({ columns, reference }: DriftReport): StoredProfile => ({
  kind: 'profile',
  profile: { rows: reference.rows, columns: columns.map((one) => one.reference as ColumnProfile) },
  importances: new Map(),
});

describe('two files', () => {
  it('of the same source do not differ; times and the text that names rows decide nothing', async () => {
    const report = await compare(csv('a.csv', shop(2_000, 1)), csv('b.csv', shop(1_000, 2)));
    expect([report.status, report.verdict]).toEqual(['ok', 'No drift in 5 columns.']);
    expect(column(report, 'at')).toMatchObject({ role: 'timestamp', type: 'timestamp', judged: false });
    expect(column(report, 'order')).toMatchObject({ type: 'string', status: 'ok' });
    expect(report.columns.map(({ type }) => type).toSorted()).toEqual(
      ['boolean', 'category', 'numeric', 'numeric', 'string', 'timestamp'].toSorted(),
    );
  });

  it('differ where a column moved, misses more, or has values never seen', async () => {
    const changed = shop(1_000, 3, (row, i) => ({
      ...row,
      amount: (row.amount as number) + 40,
      items: i % 4 === 0 ? null : (row.items as number),
      country: i % 5 === 0 ? 'PL' : (row.country as string),
    }));
    const report = await compare(csv('a.csv', shop(2_000, 1)), csv('c.csv', changed));
    expect(report.status).toBe('alarm');
    const kinds = (name: string) =>
      column(report, name)
        .findings.filter(({ status }) => status === 'alarm')
        .map(({ monitor }) => monitor);
    expect(kinds('amount')).toContain('feature-drift');
    expect(kinds('items')).toEqual(['missingness']);
    expect(kinds('country')).toContain('new-categories');
    expect(column(report, 'country').changes.join()).toContain('new values such as PL: 20 % of the rows');
    expect(column(report, 'gift').status).toBe('ok');
  });

  it('are the same data in whatever format, compressed or not', async () => {
    const rows = shop(500, 4, (row) => ({ ...row, items: row.items === 5 ? null : (row.items as number) }));
    const before = csv('f.csv', shop(1_500, 5));
    const plain = csv('f1.csv', rows);
    const jsonl = join(dir, 'f2.jsonl');
    writeFileSync(jsonl, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const parquet = join(dir, 'f3.parquet');
    await withDuckDb({ folders: [dir] }, (connection) =>
      connection.run(`COPY (FROM read_csv(${quoteLiteral(plain)})) TO ${quoteLiteral(parquet)} (FORMAT parquet)`),
    );
    const packed = join(dir, 'f4.csv.gz');
    writeFileSync(
      packed,
      gzipSync(
        `order,at,amount,items,country,gift\n${rows.map((row) => Object.values(row).map(cell).join(',')).join('\n')}\n`,
      ),
    );
    const [expected, ...others] = await Promise.all(
      [plain, jsonl, parquet, packed].map((file) => compare(before, file)),
    );
    for (const other of others) {
      for (const { name, current } of other.columns) {
        const { mean, m2, ...counts } = current as ColumnProfile;
        expect(counts).toEqual(expect.objectContaining(omitMoments(column(expected as DriftReport, name).current)));
        expect(mean ?? 0).toBeCloseTo(column(expected as DriftReport, name).current?.mean ?? 0, 6);
        expect(m2 === undefined).toBe(column(expected as DriftReport, name).current?.m2 === undefined);
      }
    }
  });

  it('count categories exactly that no sample shows', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => ({
      code: i === 39_999 ? 'rare' : `c${i % 7}`,
      filler: 'x'.repeat(90),
    }));
    const report = await compare(csv('big.csv', rows), csv('small.csv', rows.slice(0, 700)), { columns: ['code'] });
    const { categories } = column(report, 'code').reference as ColumnProfile;
    expect(new Map(categories?.values).get('rare')).toBe(1);
    expect(categories?.other).toBe(0);
  });

  it('name lines that hold no row', async () => {
    const path = csv('torn.csv', shop(300, 6));
    writeFileSync(path, 'only,three,cells\n', { flag: 'a' });
    const report = await compare(csv('a.csv', shop(500, 1)), path);
    expect(report.current).toMatchObject({ rows: 300, brokenLines: 1 });
    expect(report.current.brokenBy).toEqual(['a line has fewer cells than it must']);
  });

  it('name lines of JSON Lines that hold no row, and not blank ones', async () => {
    const before = join(dir, 'before.jsonl');
    const objects = shop(300, 6).map((row) => JSON.stringify(row));
    writeFileSync(before, `${objects.join('\n\n')}\n`);
    const torn = join(dir, 'torn.jsonl');
    writeFileSync(torn, [...objects, '{"amount":', '{"country":{"code":"DE"}}', ''].join('\n'));
    const report = await compare(before, torn);
    expect(report.reference).toMatchObject({ rows: 300, brokenLines: 0 });
    expect(report.reference.brokenBy).toBeUndefined();
    expect(report.current).toMatchObject({ rows: 300, brokenLines: 2 });
    expect(report.current.brokenBy?.toSorted()).toEqual([
      'a column of text holds an object or a list',
      'a line cannot be read',
    ]);
  });
});

const omitMoments = (profile: ColumnProfile | undefined) => {
  const { mean: _, m2: __, ...counts } = profile as ColumnProfile;
  return counts;
};

describe('a column', () => {
  const reference = () => csv('ref.csv', shop(1_000, 1));
  for (const [what, change, name, state, status] of [
    ['that is gone', ({ amount: _, ...row }: Row): Row => row, 'amount', 'disappeared', 'alarm'],
    ['that is new', (row: Row): Row => ({ ...row, voucher: 'no' }), 'voucher', 'appeared', 'warn'],
    ['of numbers that became text', (row: Row): Row => ({ ...row, amount: 'much' }), 'amount', 'retyped', 'alarm'],
    ['of text that became numbers', (row: Row): Row => ({ ...row, country: 49 }), 'country', 'retyped', 'alarm'],
    ['of times that became text', (row: Row): Row => ({ ...row, at: 'noon' }), 'at', 'retyped', 'warn'],
    ['without a value', (row: Row): Row => ({ ...row, amount: null }), 'amount', 'compared', 'alarm'],
    ['that became constant', (row: Row): Row => ({ ...row, amount: 50 }), 'amount', 'compared', 'alarm'],
    ['with one category left', (row: Row): Row => ({ ...row, country: 'DE' }), 'country', 'compared', 'alarm'],
    ['of infinite numbers', (row: Row): Row => ({ ...row, amount: 'inf' }), 'amount', 'compared', 'alarm'],
    ['that is not a number', (row: Row): Row => ({ ...row, amount: 'nan' }), 'amount', 'compared', 'alarm'],
    ['beyond what can be squared', (row: Row): Row => ({ ...row, amount: 1e300 }), 'amount', 'compared', 'alarm'],
  ] as const) {
    it(`${what} is a finding with a reason`, async () => {
      const report = await compare(reference(), csv(`${name}-${state}-${status}.csv`, shop(400, 2, change)));
      const found = column(report, name);
      expect([found.state, found.status]).toEqual([state, status]);
      expect(found.findings[0]?.message).not.toBe('');
    });
  }

  it('with a few cells of another type counts them as missing', async () => {
    const some = csv(
      'some.csv',
      shop(400, 2, (row, i) => ({ ...row, amount: i % 50 === 0 ? 'n/a' : (row.amount as number) })),
    );
    const report = await compare(reference(), some);
    expect(column(report, 'amount')).toMatchObject({
      state: 'compared',
      status: 'ok',
      misfits: { reference: 0, current: 8 },
    });
  });

  it('that the reference has no value of, or one, is compared as far as it goes', async () => {
    const poor = csv(
      'poor.csv',
      shop(500, 1, (row) => ({ ...row, amount: null, items: 3 })),
    );
    const report = await compare(poor, csv('rich.csv', shop(500, 2)));
    expect(column(report, 'amount')).toMatchObject({ status: 'ok', changes: ['missing 100 % → 0 %'] });
    expect(column(report, 'items').status).toBe('alarm');
  });

  it('is left out unless --columns names it, and one nobody has is refused', async () => {
    const [before, now] = [reference(), csv('now.csv', shop(300, 2))];
    expect(
      (await compare(before, now, { columns: ['items', 'gift'] })).columns.map(({ name }) => name).toSorted(),
    ).toEqual(['gift', 'items']);
    await expect(compare(before, now, { columns: ['colour'] })).rejects.toThrow(
      '--columns names "colour", which neither side has',
    );
  });
});

describe('a file without rows', () => {
  for (const which of ['reference', 'current'] as const) {
    it(`as ${which} judges nothing`, async () => {
      const empty = csv(`empty-${which}.csv`, [], ['order', 'at', 'amount', 'items', 'country', 'gift']);
      const full = csv('full.csv', shop(200, 1));
      const report = which === 'reference' ? await compare(empty, full) : await compare(full, empty);
      expect(report.status).toBe('insufficient_data');
      expect(report.verdict).toMatch(/^Nothing could be judged: the .* ha(s|ve) no rows\.$/);
    });
  }

  for (const [which, have] of [
    ['reference', 'reference has'],
    ['current', 'current data have'],
  ] as const) {
    it(`but one has too little data as ${which}`, async () => {
      const [one, full] = [csv('one.csv', shop(1, 1)), csv('full.csv', shop(1_000, 1))];
      const report = which === 'reference' ? await compare(one, full) : await compare(full, one);
      expect(report.status).toBe('insufficient_data');
      expect(report.verdict).toBe(`Nothing could be judged: the ${have} 1 row, too few to compare.`);
      expect(report.columns.every(({ status }) => status === 'insufficient_data')).toBe(true);
    });
  }

  it('but seven has too few for any distribution, and says so of each column', async () => {
    const report = await compare(csv('full.csv', shop(1_000, 1)), csv('seven.csv', shop(7, 2)));
    expect(report.verdict).toBe('Nothing could be judged: no column has enough values to compare.');
    expect(column(report, 'amount').findings[0]?.message).toBe(
      'too few values to compare: 1,000 in the reference, 7 now',
    );
  });

  it('and without a header is refused, saying which', async () => {
    const nothing = join(dir, 'nothing.csv');
    writeFileSync(nothing, '');
    await expect(compare(nothing, csv('full.csv', shop(10, 1)))).rejects.toThrow('nothing.csv');
  });
});

describe('stored profiles', () => {
  it('are a reference over whose bins a file is counted, to the same findings', async () => {
    const [before, now] = [
      csv('p.csv', shop(2_000, 1)),
      csv(
        'q.csv',
        shop(500, 7, (row) => ({ ...row, amount: (row.amount as number) + 30 })),
      ),
    ];
    const files = await compare(before, now);
    const profile = await compareFiles({
      reference: { stored: stored(files), name: 'p.json' },
      current: { path: now },
      preset: 'millrace',
    });
    expect(profile.reference).toEqual({ name: 'p.json', kind: 'profile', rows: 2_000, brokenLines: 0 });
    expect(profile.columns.map(({ name, findings }) => [name, findings])).toEqual(
      files.columns.map(({ name, findings }) => [name, findings]),
    );
  });

  it('are compared with each other over the same bins, and refused over others', async () => {
    const one = await compare(csv('p.csv', shop(2_000, 1)), csv('q.csv', shop(500, 2)));
    const two = await compare(csv('r.csv', shop(900, 8)), csv('q.csv', shop(500, 2)));
    const current: StoredProfile = {
      ...stored(one),
      profile: { rows: 500, columns: one.columns.map(({ current }) => current as ColumnProfile) },
    };
    const pair = (reference: StoredProfile, now: StoredProfile) =>
      compareFiles({
        reference: { stored: reference, name: 'a' },
        current: { stored: now, name: 'b' },
        preset: 'millrace',
      });
    expect((await pair(stored(one), current)).columns.map(({ findings }) => findings)).toEqual(
      one.columns.map(({ findings }) => findings),
    );
    await expect(pair(stored(two), current)).rejects.toThrow(/^the two profiles were not counted over the same bins: /);
  });

  it('are no current side of a file, and have no columns for another preset', async () => {
    const files = await compare(csv('p.csv', shop(300, 1)), csv('q.csv', shop(200, 2)));
    const profile = { stored: stored(files), name: 'p.json' };
    await expect(
      compareFiles({ reference: { path: join(dir, 'p.csv') }, current: profile, preset: 'millrace' }),
    ).rejects.toThrow('profile the reference first and give both profiles');
    await expect(
      compareFiles({ reference: profile, current: { path: join(dir, 'q.csv') }, preset: 'evidently' }),
    ).rejects.toThrow('--preset evidently reads raw columns, and a profile has none');
  });
});

describe('another tool’s preset', () => {
  const numbers = (rows: readonly Row[], name: string) =>
    Float64Array.from(rows, (row) => (row[name] as number | null) ?? Number.NaN);
  const counts = (rows: readonly Row[], name: string) => {
    const map = new Map<string, number>();
    for (const row of rows) map.set(String(row[name]), (map.get(String(row[name])) ?? 0) + 1);
    return { counts: map, missing: 0 };
  };
  const before = shop(1_200, 1, (row, i) => ({ ...row, amount: i % 9 === 0 ? null : (row.amount as number) }));
  const now = shop(700, 2, (row) => ({
    ...row,
    amount: (row.amount as number) + 8,
    country: row.gift ? 'DE' : (row.country as string),
  }));

  for (const preset of ['evidently', 'tfdv', 'model-monitor', 'nannyml'] as const) {
    it(`${preset} says of files what it says of their values`, async () => {
      const report = await compare(csv('raw-a.csv', before), csv('raw-b.csv', now), { preset, threshold: 0.05 });
      const options = { threshold: 0.05, comparisonThreshold: 0.05, categoricalComparisonThreshold: 0.05 };
      const amount = compareColumn(
        preset,
        { name: 'amount', kind: 'numeric', reference: numbers(before, 'amount'), current: numbers(now, 'amount') },
        options,
      );
      const items = compareColumn(
        preset,
        {
          name: 'items',
          kind: 'numeric',
          reference: numbers(before, 'items'),
          current: numbers(now, 'items'),
          integer: true,
        },
        options,
      );
      const country = compareColumn(
        preset,
        { name: 'country', kind: 'category', reference: counts(before, 'country'), current: counts(now, 'country') },
        options,
      );
      for (const { name, statistic, pValue, threshold, detected, method } of [amount, items, country]) {
        const [finding] = column(report, name).findings;
        expect(finding).toMatchObject({ measure: method, threshold, status: detected ? 'alarm' : 'ok' });
        expect(finding?.value ?? finding?.pValue).toBeCloseTo(statistic as number, 9);
        if (pValue !== undefined) expect(finding?.pValue).toBeCloseTo(pValue, 9);
      }
    });
  }

  it('tfdv decides nothing until a threshold is given', async () => {
    const report = await compare(csv('raw-a.csv', before), csv('raw-b.csv', now), { preset: 'tfdv' });
    expect(report.verdict).toBe('Nothing could be judged: tfdv has no threshold of its own here, give --threshold.');
    expect(column(report, 'amount').findings[0]?.value).toBeGreaterThan(0);
  });

  for (const preset of ['evidently', 'nannyml'] as const) {
    it(`${preset} counts no column that it could not compare`, async () => {
      const empty = csv(
        'raw-none.csv',
        shop(700, 2, (row) => ({ ...row, amount: null })),
      );
      const report = await compare(csv('raw-a.csv', shop(1_200, 1)), empty, { preset });
      expect(report.verdict).toBe('No drift in 3 columns; order and amount could not be compared.');
    });
  }

  for (const [what, reference, current, message] of [
    ['neither side has a value of', null, null, 'no value on either side'],
    ['the reference has no value of', null, 'x', 'the reference has no value'],
    ['holds text', 'x', 'x', 'text that hardly repeats is not compared'],
  ] as const) {
    it(`says why a column that ${what} is not compared`, async () => {
      const side = (name: string, value: string | null) =>
        csv(
          name,
          shop(300, 1, (row, i) => ({ ...row, note: value && `${value}${i}` })),
        );
      const [one, two] = [side('note-a.csv', reference), side('note-b.csv', current)];
      const report = await compare(one, two, { preset: 'evidently' });
      expect(column(report, 'note').findings[0]?.message).toBe(message);
    });
  }

  it('nannyml takes the threshold of categories from the reference’s own chunks', async () => {
    const report = await compare(csv('raw-a.csv', before), csv('raw-b.csv', now), { preset: 'nannyml' });
    const chunks = Array.from({ length: 10 }, (_, i) => counts(before.slice(i * 120, (i + 1) * 120), 'country'));
    const expected = compareColumn('nannyml', {
      name: 'country',
      kind: 'category',
      reference: counts(before, 'country'),
      current: counts(now, 'country'),
      referenceChunks: chunks,
    });
    expect(column(report, 'country').findings[0]?.threshold).toBeCloseTo(expected.threshold as number, 12);
  });
});
