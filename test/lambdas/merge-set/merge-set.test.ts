import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { uploadIdentity } from '../../../domain/datasets/upload.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { CHURN_COLUMNS, customers, toCsv } from '../../fixtures/customers.ts';
import { readParquet } from '../../fixtures/parquet.ts';
import { SET_NOW, type SetRoom, setRoom } from '../../fixtures/set-room.ts';

const rooms: SetRoom[] = [];
const room = async (data: Overrides = {}) => {
  const made = await setRoom(aModelSpec({ data }));
  rooms.push(made);
  return made;
};
afterEach(async () => {
  for (const made of rooms.splice(0)) await made.lake.remove();
});

const csv = (from: number, count = 100, change: (row: object, index: number) => object = (row) => row): string =>
  toCsv(customers(count, { from }).map(change));
const parts = () => ({ 'part-0.csv': csv(0), 'part-1.csv': csv(100), 'part-2.csv': csv(200) });

describe('a set of good parts', () => {
  it('becomes one data set version with the counts of all', async () => {
    const { seal, run, parts: filesOf, profile, publisher, registry } = await room();
    const source = seal('week', parts());
    const dataset = await run(source);
    const text = Object.values(parts());
    expect(dataset).toMatchObject({
      version: 1,
      verdict: 'accepted',
      rows: 300,
      quarantinedRows: 0,
      reasons: [],
      source: { ...source, size: text.join('').length },
      timeRange: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-13T11:00:00.000Z' },
    });
    expect(dataset.data).toBeUndefined();
    const files = await filesOf(dataset);
    expect([files.files.length, files.quarantine.length, files.raw.length]).toEqual([3, 0, 3]);
    expect((await profile(dataset)).rows).toBe(300);
    expect(publisher.published).toMatchObject([{ name: 'DatasetAccepted', detail: { dataset: 1, rows: 300 } }]);
    expect(await registry.claimStates([uploadIdentity(source)], SET_NOW)).toEqual(['done']);
  });

  it('is recorded once, however often a step runs', async () => {
    const { seal, run, plan, items, validatePart, merge, registry, publisher, landing } = await room();
    const source = seal('week', parts());
    const first = await run(source);
    const { downloads } = landing;
    const planned = await plan(source);
    expect(planned).toMatchObject({ outcome: 'repeated' });
    for (const item of await items(`runs/churn/sets/${await setOf(source)}/parts.json`)) await validatePart(item);
    await merge(source);
    expect(await registry.listDatasets('churn')).toEqual([first]);
    expect(landing.downloads).toBe(downloads);
    expect(new Set(publisher.published.map(({ detail }) => detail.dataset))).toEqual(new Set([1]));
  });

  it('reads the versions that were there when it was planned', async () => {
    const { seal, plan, items, validatePart, merge, landing, registry } = await room();
    const source = seal('week', parts());
    const planned = await plan(source);
    landing.put('churn/week/part-1.csv', csv(900, 10));
    if (planned.outcome !== 'planned') throw new Error(planned.outcome);
    for (const item of await items(planned.items)) await validatePart(item);
    expect(await merge(source)).toMatchObject({ outcome: 'accepted' });
    expect((await registry.requireDataset('churn', 1)).rows).toBe(300);
  });

  it('may have parts without rows', async () => {
    const { seal, run, parts: filesOf } = await room();
    const header = `${CHURN_COLUMNS.join(',')}\n`;
    const dataset = await run(seal('week', { 'part-0.csv': header, 'part-1.csv': csv(0), 'part-2.csv': '' }));
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: 100, reasons: [] });
    expect((await filesOf(dataset)).files).toHaveLength(1);
  });

  it('is refused as a repetition if its bytes were there before', async () => {
    const { seal, run } = await room();
    await run(seal('week', parts()));
    const again = await run(seal('other', parts()));
    expect(again).toMatchObject({ verdict: 'rejected', rows: 0, reasons: [{ code: 'duplicate' }] });
    expect(again.reasons[0]?.message).toContain('churn/week/_SUCCESS');
  });

  it('is another set if its parts come in another order', async () => {
    const { seal, run } = await room();
    const [first, second] = [csv(0), csv(100)];
    const a = await run(seal('a', { 'part-0.csv': first, 'part-1.csv': second }));
    const b = await run(seal('b', { 'part-0.csv': second, 'part-1.csv': first }));
    expect(a.contentDigest).not.toBe(b.contentDigest);
  });
});

describe('bad rows in a set', () => {
  const withBad = (bad: number) => ({
    ...parts(),
    'part-1.csv': csv(100, 100, (row, index) => (index < bad ? { ...row, age: -1 } : row)),
  });

  // 5 % of 300 rows
  for (const [bad, verdict] of [
    [15, 'accepted-with-quarantine'],
    [16, 'rejected'],
  ] as const) {
    it(`make it ${verdict} if ${bad} of 300 are, all in one part of 100`, async () => {
      const { seal, run, parts: filesOf, report } = await room();
      const dataset = await run(seal('week', withBad(bad)));
      expect(dataset).toMatchObject({ verdict, quarantinedRows: bad });
      const files = await filesOf(dataset);
      expect([files.files.length, files.quarantine.length]).toEqual([verdict === 'rejected' ? 0 : 3, 1]);
      const rule = (await report(dataset)).rules.find(({ id }) => id === 'out-of-range:age');
      expect(rule).toMatchObject({ rows: bad, status: 'broken', examples: ['-1'] });
    });
  }

  it('count towards the tolerance of a rule over all parts', async () => {
    const rules = [{ id: 'out-of-range:age', mostly: 0.98 }];
    for (const [bad, status] of [
      [6, 'tolerated'],
      [7, 'broken'],
    ] as const) {
      const { seal, run, report } = await room({ rules });
      const dataset = await run(seal('week', withBad(bad)));
      expect((await report(dataset)).rules.find(({ id }) => id === 'out-of-range:age')).toMatchObject({ status });
      expect(dataset.verdict).toBe(status === 'broken' ? 'rejected' : 'accepted-with-quarantine');
    }
  });

  it('leave too few good ones, or none', async () => {
    const { seal, run } = await room({ minRows: 301 });
    expect(await run(seal('week', parts()))).toMatchObject({
      verdict: 'rejected',
      reasons: [{ code: 'too-few-rows' }],
    });
    const none = await run(seal('none', { 'part-0.csv': '' }));
    expect(none).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'no-rows' }] });
  });
});

describe('a set with a part that cannot be read', () => {
  it('is refused with a reason that names the part', async () => {
    const { seal, run } = await room();
    const dataset = await run(seal('week', { ...parts(), 'part-1.csv': 'a,b\n1,2\n' }));
    expect(dataset).toMatchObject({ verdict: 'rejected', rows: 0, reasons: [{ code: 'wrong-header' }] });
    expect(dataset.reasons[0]?.message).toMatch(/^"part-1.csv": /);
  });

  it('is refused if a part was deleted before it was read', async () => {
    const { seal, plan, items, validatePart, merge, landing, registry } = await room();
    const source = seal('week', parts());
    const planned = await plan(source);
    if (planned.outcome !== 'planned') throw new Error(planned.outcome);
    const list = await items(planned.items);
    landing.remove({ bucket: 'landing', key: list[2]?.key ?? '', versionId: list[2]?.versionId ?? '' });
    for (const item of list) await validatePart(item);
    await merge(source);
    const dataset = await registry.requireDataset('churn', 1);
    expect(dataset).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'gone' }] });
    expect(dataset.reasons[0]?.message).toMatch(/^"part-2.csv": /);
  });
});

describe('a key that earlier parts have', () => {
  const columns = aModelSpec().data.columns.map((column) =>
    column.name === 'customer_id' ? { ...column, unique: true } : column,
  );
  const id = 'not-unique:customer_id';

  it('sets its later rows aside, with their lines, and nothing else', async () => {
    const { seal, run, parts: filesOf, report, profile, lake } = await room({ columns });
    const repeated = csv(100, 100, (row, index) => ({
      ...row,
      ...(index === 3 && { age: -1 }),
      ...(index === 5 && { customer_id: 'customer-7' }),
      ...(index === 9 && { customer_id: 'customer-8' }),
    }));
    const dataset = await run(seal('week', { ...parts(), 'part-1.csv': repeated }));
    expect(dataset).toMatchObject({ verdict: 'accepted-with-quarantine', rows: 297, quarantinedRows: 3 });
    const { rules } = await report(dataset);
    expect(rules.find((rule) => rule.id === id)).toMatchObject({ rows: 2, status: 'broken' });
    const files = await filesOf(dataset);
    const [kept = [], aside = []] = await Promise.all(
      [files.files[1], files.quarantine[0]].map(async (ref) => readParquet(await readFile(lake.path(ref?.key ?? '')))),
    );
    expect(kept).toHaveLength(97);
    expect(kept.map((row) => row.customer_id)).not.toContain('customer-7');
    // a CSV header is line 1
    expect(aside.map((row) => [Number(row.__line), row.customer_id, row.__reasons])).toEqual([
      [5, 'customer-103', ['out-of-range:age']],
      [7, 'customer-7', [id]],
      [11, 'customer-8', [id]],
    ]);
    expect((await profile(dataset)).rows).toBe(297);
  });

  /** Rows as text with lines that hold none: a first one, and more in or between rows. */
  const broken = {
    csv: (rows: readonly object[]) => `\n${toCsv(rows).replace('"x', '"x\n\n')}`,
    jsonl: (rows: readonly object[]) => `\n${rows.map((row) => `${JSON.stringify(row)}\n`).join('\n')}`,
  };
  for (const [format, lines] of [
    ['csv', [3, 7]],
    ['jsonl', [2, 6]],
  ] as const) {
    it(`tells the lines of ${format} as an editor counts them`, async () => {
      const { seal, run, parts: filesOf, lake } = await room({ columns, format, maxQuarantineShare: 1 });
      const text = (from: number, change: (row: object, index: number) => object = (row) => row) => {
        const names = ['customer_id', 'seen_at', 'age', 'spend', 'plan', 'active', 'gender', 'churned'];
        const rows = customers(3, { from }).map(change) as Record<string, unknown>[];
        return broken[format](rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]]))));
      };
      // the row in between has a cell of three lines
      const second = text(10, (row, i) => ({
        ...row,
        ...(i === 1 ? { gender: 'x,"' } : { customer_id: `customer-${i}` }),
      }));
      const dataset = await run(seal('week', { 'part-0': text(0), 'part-1': second }));
      expect(dataset).toMatchObject({ rows: 4, quarantinedRows: 2 });
      const { quarantine } = await filesOf(dataset);
      const aside = await readParquet(await readFile(lake.path(quarantine[0]?.key ?? '')));
      expect(aside.map((row) => [Number(row.__line), row.customer_id])).toEqual([
        [lines[0], 'customer-0'],
        [lines[1], 'customer-2'],
      ]);
    });
  }

  it('counts even where the first row was set aside', async () => {
    const { seal, run } = await room({ columns });
    const first = csv(0, 100, (row, index) => (index === 4 ? { ...row, age: -1 } : row));
    const second = csv(100, 100, (row, index) => (index === 5 ? { ...row, customer_id: 'customer-4' } : row));
    const dataset = await run(seal('week', { 'part-0.csv': first, 'part-1.csv': second }));
    expect(dataset).toMatchObject({ rows: 198, quarantinedRows: 2 });
  });

  it('is only counted where the rule warns', async () => {
    const { seal, run, report } = await room({ columns, rules: [{ id, severity: 'warn' }] });
    const dataset = await run(seal('week', { 'part-0.csv': csv(0), 'part-1.csv': csv(50) }));
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: 200, warnings: [{ code: 'not-unique', rows: 50 }] });
    expect((await report(dataset)).rules.find((rule) => rule.id === id)).toMatchObject({ rows: 50, severity: 'warn' });
  });

  it('is looked at only in the rows the rule is about', async () => {
    const { seal, run } = await room({ columns, maxQuarantineShare: 1, rules: [{ id, when: 'age >= 40' }] });
    const dataset = await run(
      seal('week', { 'part-0.csv': csv(0), 'part-1.csv': csv(0, 100, (row) => ({ ...row, spend: 1 })) }),
    );
    const older = customers(100).filter(({ age }) => age >= 40).length;
    expect(dataset).toMatchObject({ quarantinedRows: older, rows: 200 - older });
  });

  it('refuses the set if so many rows repeat it that too many are bad', async () => {
    const { seal, run } = await room({ columns });
    const dataset = await run(seal('week', { 'part-0.csv': csv(0), 'part-1.csv': csv(50) }));
    expect(dataset).toMatchObject({ verdict: 'rejected', quarantinedRows: 50 });
    expect(dataset.reasons.map(({ code }) => code)).toEqual(['too-many-bad-rows', 'not-unique']);
  });
});

describe('checks over a set', () => {
  it('see repeated rows of different parts', async () => {
    for (const [share, status] of [
      [0.2, 'passed'],
      [0.19, 'failed'],
    ] as const) {
      const { seal, run, report } = await room({ checks: [{ type: 'duplicate-rows', maxShare: share }] });
      // 40 of 200 rows are in both
      const dataset = await run(seal('week', { 'part-0.csv': csv(0), 'part-1.csv': csv(60) }));
      expect((await report(dataset)).checks).toMatchObject([{ id: 'duplicate-rows', status, value: 0.2 }]);
    }
  });

  it('judge the whole: rows, missing cells, unseen values, labels and leakage', async () => {
    const columns = aModelSpec().data.columns.map((column) => ({
      ...column,
      ...(column.name === 'plan' && { values: ['free', 'basic'], maxUnseenShare: 0.5 }),
      ...(column.name === 'spend' && { maxNullShare: 0.5 }),
    }));
    const checks = [
      { type: 'row-count', min: 300, max: 300 },
      { type: 'label-balance', minShare: 0.01 },
      { type: 'leakage' },
      { type: 'volume', minVersions: 1 },
    ];
    const { seal, run, report } = await room({ columns, checks });
    const dataset = await run(seal('week', parts()));
    const rows = customers(300);
    const share = (of: (row: (typeof rows)[number]) => boolean) => rows.filter(of).length / 300;
    const outcomes = (await report(dataset)).checks.map(({ id, status, value }) => [id, status, value]);
    expect(outcomes).toEqual([
      ['row-count', 'passed', 300],
      ['label-balance', 'passed', expect.any(Number)],
      ['leakage', 'passed', expect.any(Number)],
      ['volume', 'insufficient-history', 300],
      ['null-share:spend', 'passed', share(({ spend }) => spend === null)],
      ['unseen-share:plan', 'passed', share(({ plan }) => plan === 'pro')],
    ]);
    expect(dataset.verdict).toBe('accepted');
  });
});

async function setOf(source: { bucket: string; key: string; versionId: string }): Promise<string> {
  const { setId } = await import('../../../domain/datasets/sets.ts');
  return setId(source);
}
