import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listOf } from '../../cli/registry-lists.ts';
import type { ColumnDiff } from '../../domain/datasets/diff.ts';
import { AuditEvent, type DatasetVersion } from '../../domain/registry/entities.ts';
import { customers, toCsv } from '../fixtures/customers.ts';
import { readParquet } from '../fixtures/parquet.ts';
import type { Model } from './model.ts';
import { once, type World } from './world.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** 100 customers of whom two are older than the spec allows. */
const withOldOnes = (from: number, age = 140) =>
  customers(100, { from }).map((row, index) => (index === 10 || index === 20 ? { ...row, age } : row));

const QUIET = { training: { trigger: { newData: false } } };

export function dataScenarios(on: () => World): void {
  /** Two versions: the first with two rows set aside, the second rejected. */
  const twoVersions = once(async () => {
    const model = on().model('data');
    await model.apply(QUIET);
    const first = await model.verdict(await model.uploadRows('week 1.csv', withOldOnes(500_000)));
    const bad = withOldOnes(510_000).map((row, index) => (index < 30 ? { ...row, age: 150 } : row));
    const second = await model.verdict(await model.uploadRows('week-2.csv', bad));
    return { model, first, second };
  });

  const data = async (verb: string, { name }: Model, ...args: string[]) => {
    const { code, stdout, stderr } = await on().platform.millrace('data', verb, name, ...args, '--json');
    if (code !== 0) throw new Error(`data ${verb} ended with ${code}: ${stderr || stdout}`);
    return JSON.parse(stdout);
  };
  const audit = async ({ name }: Model) =>
    (await on().platform.registry.get(`models/${name}/audit`, listOf(AuditEvent), { limit: 1_000 })).items;

  it('lists data sets and shows one, with its verdict and its files', async () => {
    const { model, first, second } = await twoVersions();
    expect([first.verdict, second.verdict]).toEqual(['accepted-with-quarantine', 'rejected']);
    const listed = await data('list', model);
    expect(listed.map(({ version }: DatasetVersion) => version)).toEqual(
      expect.arrayContaining([first.version, second.version]),
    );
    const { code, stdout } = await on().platform.millrace('data', 'show', model.name, String(first.version));
    expect(code).toBe(0);
    for (const text of ['verdict: accepted-with-quarantine', 'out-of-range', 'sha256', 'week 1.csv'])
      expect(stdout).toContain(text);
  });

  it('gives back what came and what was made of it, byte for byte', async () => {
    const { model, first } = await twoVersions();
    const folder = mkdtempSync(join(tmpdir(), 'millrace-checkout-'));
    try {
      const all = ['data', 'raw', 'quarantine', 'profile', 'report', 'html'].flatMap((file) => ['--what', file]);
      const checkout = () => data('checkout', model, String(first.version), '--out', folder, ...all);
      const fetched: { path: string; sha256: string; status: string }[] = await checkout();
      expect(fetched.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'fetched'));
      for (const { path, sha256: digest } of fetched) expect(sha256(readFileSync(path)), path).toBe(digest);
      expect(readFileSync(join(folder, 'raw', 'week 1.csv'), 'utf8')).toBe(toCsv(withOldOnes(500_000)));
      expect(sha256(readFileSync(join(folder, 'raw', 'week 1.csv')))).toBe(first.contentDigest);
      expect(await readParquet(readFileSync(join(folder, 'data.parquet')))).toHaveLength(98);
      expect(await readParquet(readFileSync(join(folder, 'quarantine.parquet')))).toHaveLength(2);
      const again: { status: string }[] = await checkout();
      expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['already-there']));
      writeFileSync(join(folder, 'data.parquet'), 'mine');
      const refused = await on().platform.millrace(
        'data',
        'checkout',
        model.name,
        String(first.version),
        '--out',
        folder,
      );
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('compares two data sets by schema, counts and distributions', async () => {
    const { model, first } = await twoVersions();
    const older = customers(100, { from: 520_000 }).map((row) => ({
      ...row,
      age: Math.min(120, Number(row.age) + 40),
    }));
    const third = await model.verdict(await model.uploadRows('week-3.csv', older));
    const diff = await data('diff', model, String(first.version), String(third.version));
    expect(diff).toMatchObject({
      sameBytes: false,
      figures: { rows: { from: 98, to: 100 }, quarantinedRows: { from: 2, to: 0 } },
      schema: { added: [], removed: [], retyped: [] },
    });
    const columns: ColumnDiff[] = diff.columns;
    expect(columns.map(({ apart }) => apart)).toEqual(columns.map(({ apart }) => apart).sort((a, b) => b - a));
    const apart = (name: string) => columns.find((column) => column.name === name)?.apart ?? 0;
    expect(columns.find(({ name }) => name === 'age')?.psi).toBeGreaterThan(0.25);
    expect(apart('age')).toBeGreaterThan(apart('plan'));
  });

  it('lets rows pass that were set aside, once, in the name of who says why', async () => {
    const { model, first } = await twoVersions();
    const release = () => data('release', model, String(first.version), '--reason', 'checked with the registry office');
    const { released } = await release();
    expect(released).toMatchObject({
      verdict: 'accepted',
      rows: 2,
      quarantinedRows: 0,
      origin: { kind: 'release', of: first.version, reason: 'checked with the registry office' },
      contentDigest: first.contentDigest,
    });
    expect((await release()).released.version).toBe(released.version);
    const event = (await audit(model)).find(({ subject }) => subject === `dataset/${released.version}`);
    expect(event).toMatchObject({ action: 'dataset.released', actor: released.origin.by });
    expect((await on().platform.millrace('audit', model.name, '--verify')).stdout).toMatch(/^intact/);
    const { derived } = await data('lineage', model, String(first.version));
    expect(derived).toContainEqual({ version: released.version, kind: 'release', verdict: 'accepted' });
  });

  it('lets all of a rejected data set pass', async () => {
    const { model, second } = await twoVersions();
    const { released } = await data('release', model, String(second.version), '--reason', 'a home for the elderly');
    expect(released).toMatchObject({ verdict: 'accepted', rows: 100, quarantinedRows: 0 });
  });

  it('refuses a release of nothing, and one without a reason', async () => {
    const model = on().model('nothing');
    await model.apply(QUIET);
    const fine = await model.verdict(await model.uploadRows('fine.csv', customers(100, { from: 530_000 })));
    const { millrace } = on().platform;
    const refused = await millrace('data', 'release', model.name, String(fine.version), '--reason', 'why not');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('no row set aside') });
    expect((await millrace('data', 'release', model.name, String(fine.version))).code).toBe(2);
  });

  it('judges earlier data again under a changed contract, and trains on that', async () => {
    const model = on().model('replayed');
    await model.apply(QUIET);
    const first = await model.verdict(await model.uploadRows('rows.csv', customers(600, { from: 540_000 })));
    expect(first).toMatchObject({ verdict: 'accepted', rows: 600 });
    const columns = (model.document() as { data: { columns: { name: string }[] } }).data.columns.map((column) =>
      column.name === 'age' ? { ...column, max: 60 } : column,
    );
    const { version: specVersion } = await model.apply({ ...QUIET, data: { columns, maxQuarantineShare: 0.9 } });
    const replay = () => data('replay', model, '--since', first.at, '--reason', 'nobody older signs up');
    const { requested, replayed } = await replay();
    expect(requested).toEqual([first.version]);
    const [again] = replayed as [DatasetVersion];
    expect(again).toMatchObject({
      verdict: 'accepted-with-quarantine',
      specVersion,
      origin: { kind: 'replay', of: first.version },
      contentDigest: first.contentDigest,
    });
    expect(again.rows + again.quarantinedRows).toBe(600);
    expect(again.quarantinedRows).toBeGreaterThan(0);
    expect(await replay()).toMatchObject({ requested: [], done: [{ of: first.version, dataset: again.version }] });
    const { millrace } = on().platform;
    expect((await millrace('train', model.name, '--reason', 'a narrower contract')).code).toBe(0);
    const run = await model.runOf([again.version]);
    expect(run.datasetVersions).toEqual([again.version]);
  });

  it('tells a laptop what an upload would be judged beside', async () => {
    const { model, first } = await twoVersions();
    const context = await data('context', model);
    expect(context.history[0]).toMatchObject({ profile: { columns: expect.any(Array) } });
    expect(context.history.map(({ dataset }: { dataset: number }) => dataset).at(-1)).toBeGreaterThanOrEqual(
      first.version,
    );
  });
}
