import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRef } from '../../../domain/artifacts.ts';
import { featurizeRow } from '../../../domain/features/featurize-row.ts';
import { Featurizer } from '../../../domain/features/featurizer.ts';
import { DraftBaseline } from '../../../domain/monitoring/baseline.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { TrainingPlan } from '../../../domain/training/plan.ts';
import { sideOf } from '../../../domain/training/split.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { makeHandler } from '../../../lambdas/prepare-training/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { churnParquet } from '../../fixtures/churn-data.ts';
import { aDataset } from '../../fixtures/entities.ts';
import { type FolderLake, folderLake } from '../../fixtures/folder-lake.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const RUN = { model: 'churn', runId: 'churn-0123456789ab', specVersion: 1 };
const FOLDER = 'runs/churn/churn-0123456789ab';
const change = { by: 'test', at: new Date('2026-03-01T00:00:00.000Z') };

let lake: FolderLake;
beforeEach(async () => {
  lake = await folderLake();
});
afterEach(() => lake.remove());

interface Upload {
  readonly from?: number;
  readonly rows?: number;
}

async function prepared(spec: ModelSpec, uploads: readonly Upload[], order?: number[]) {
  const registry = memoryRegistry();
  await registry.applySpec(spec, change);
  for (const [i, upload] of uploads.entries()) {
    const { version: _, ...dataset } = aDataset({
      version: i + 1,
      rows: upload.rows ?? 2_000,
      data: await churnParquet(lake.artifacts, upload),
      timeRange: hours(upload),
    });
    await registry.registerDataset(dataset, change);
  }
  const handler = makeHandler({ registry, ...lake, memoryLimitMb: 512 });
  const result = await handler({ ...RUN, datasetVersions: order ?? uploads.map((_, i) => i + 1) });
  return { result, plan: TrainingPlan.parse(JSON.parse(String(await lake.read(`${FOLDER}/plan.json`)))) };
}

function hours({ from = 0, rows = 2_000 }: Upload) {
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 1) + hour * 3_600_000).toISOString();
  return { from: at(from), to: at(from + rows - 1) };
}

const lines = async (key: string) =>
  String(await lake.read(key))
    .trimEnd()
    .split('\n');

async function digests(): Promise<Record<string, string>> {
  const names = await readdir(lake.path(FOLDER), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const root = lake.path('');
  const pairs = files.map(async (file) => {
    const key = file.slice(root.length);
    return [
      key,
      createHash('sha256')
        .update(await lake.read(key))
        .digest('hex'),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(pairs)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rows of the data sets that `prepared` makes of these uploads, as the parts of one. */
async function preparedSet(spec: ModelSpec, uploads: readonly Upload[], sizes: { files?: number } = {}) {
  const registry = memoryRegistry();
  await registry.applySpec(spec, change);
  const files = [];
  for (const upload of uploads) files.push(await churnParquet(lake.artifacts, upload));
  const first = files[0] as ArtifactRef;
  const listed = sizes.files === undefined ? files : sizes.files === 0 ? [] : [{ ...first, size: sizes.files }];
  const content = JSON.stringify({ files: listed, quarantine: [], raw: [] });
  const parts = await lake.artifacts.putBytes('parts.json', Buffer.from(content));
  const { version: _, data: _data, ...dataset } = aDataset({ parts });
  await registry.registerDataset(dataset, change);
  const handler = makeHandler({ registry, ...lake, memoryLimitMb: 512 });
  await handler({ ...RUN, datasetVersions: [1] });
  return TrainingPlan.parse(JSON.parse(String(await lake.read(`${FOLDER}/plan.json`))));
}

describe('a data set of many objects', () => {
  it('is prepared as its rows in one file are', async () => {
    const uploads = [{ rows: 500 }, { from: 500, rows: 700 }, { from: 1_200, rows: 800 }];
    const of = await preparedSet(aModelSpec(), uploads);
    const files = ['train', 'validation', 'holdout'].map((side) => `${FOLDER}/${side}/part-0.csv`);
    const before = await Promise.all(files.map(lines));
    const { plan } = await prepared(aModelSpec(), [{ rows: 2_000 }]);
    expect(of.rows).toEqual(plan.rows);
    expect(await Promise.all(files.map(lines))).toEqual(before);
  });

  it('is refused if it has no files', async () => {
    await expect(preparedSet(aModelSpec(), [{ rows: 10 }], { files: 0 })).rejects.toThrow('was rejected');
  });

  it('is refused before anything is read if there is no room for it', async () => {
    const act = preparedSet(aModelSpec(), [{ rows: 10 }], { files: 3 * 1024 ** 3 + 1 });
    await expect(act).rejects.toThrow('at most 3221225472 can be trained on');
  });
});

describe('prepare-training', () => {
  it('puts every row on one side, by its id, and says how many', async () => {
    const { result, plan } = await prepared(aModelSpec(), [{}, { from: 2_000 }]);
    expect(result).toEqual({
      algorithm: 'xgboost',
      tuning: false,
      spot: true,
      trainRows: plan.rows.train,
      validationRows: plan.rows.validation,
      holdoutRows: plan.rows.holdout,
    });
    const expected = { train: 0, validation: 0, holdout: 0 };
    for (let i = 0; i < 4_000; i++) expected[sideOf(aModelSpec(), { customer_id: `customer-${i}` })] += 1;
    expect(plan.rows).toEqual({ ...expected, unlabelled: 0, outsideWindow: 0 });
    expect(await lines(plan.keys.holdoutCsv)).toHaveLength(expected.holdout);
    expect(await lines(`${plan.keys.train}part-0.csv`)).toHaveLength(expected.train);
    expect(await lines(`${plan.keys.validation}part-0.csv`)).toHaveLength(expected.validation);
  });

  it('writes CSVs of label and features, as the TypeScript featurizer computes them', async () => {
    const { plan } = await prepared(aModelSpec(), [{}]);
    const featurizer = Featurizer.parse(JSON.parse(String(await lake.read(plan.featurizer.key))));
    expect(featurizer.features.map(({ name }) => name)).toEqual(['age', 'spend', 'plan', 'active']);
    expect(featurizer.features[2]?.categories).toEqual(['basic', 'pro', 'free']);
    const rows = await withDuckDb({ threads: 1, folders: [lake.path(FOLDER)] }, (connection) =>
      queryOf(connection)(`SELECT * FROM read_parquet('${lake.path(plan.keys.holdoutRows)}')`),
    );
    expect(Object.keys(rows[0] ?? {})).toEqual([...aModelSpec().data.columns.map(({ name }) => name), '__label']);
    const csv = (await lines(plan.keys.holdoutCsv)).map((line) => line.split(','));
    const text = (value: string) => (value === '' ? Number.NaN : Number(value));
    expect(csv.map(([label]) => Number(label))).toEqual(rows.map((row) => row.__label));
    expect(csv.map(([, ...features]) => Float32Array.from(features, text))).toEqual(
      rows.map((row) =>
        featurizeRow(
          featurizer,
          plan.features.map((name) => row[name]),
        ),
      ),
    );
    expect(csv.some((fields) => fields[2] === '')).toBe(true);
    expect(await lines(plan.keys.holdoutFeaturesCsv)).toEqual(csv.map(([, ...features]) => features.join(',')));
  });

  it('writes a row for a container even where its only feature is missing', async () => {
    const { plan } = await prepared(aModelSpec({ training: { features: ['spend'] } }), [{}]);
    expect(plan.features).toEqual(['spend']);
    const features = await lines(plan.keys.holdoutFeaturesCsv);
    expect(features).toHaveLength(plan.rows.holdout);
    expect(features).toContain('nan');
    expect(features).not.toContain('');
  });

  it('gives the same bytes for the same inputs, whatever the order of the data sets', async () => {
    const { plan } = await prepared(aModelSpec(), [{}, { from: 2_000 }]);
    const first = await digests();
    expect(Object.keys(first)).toHaveLength(6);
    const again = await prepared(aModelSpec(), [{}, { from: 2_000 }], [2, 1]);
    expect(await digests()).toEqual(first);
    expect(again.plan).toEqual(plan);
  });

  it('profiles the training split over fixed bins', async () => {
    const { plan } = await prepared(aModelSpec(), [{}]);
    const baseline = DraftBaseline.parse(JSON.parse(String(await lake.read(plan.baseline.key))));
    const [age, spend, planColumn, active] = baseline.features;
    expect(baseline.rows).toBe(plan.rows.train);
    expect(age?.bins?.edges).toHaveLength(13);
    for (const column of [age, spend]) {
      expect(column?.bins?.counts.reduce((sum, n) => sum + n, 0)).toBe(column?.count);
      // nothing lies above the last edge where it is the largest value
      expect(Math.min(...(column?.bins?.counts.slice(0, -1) ?? []))).toBeGreaterThan(0);
    }
    expect(spend?.nulls).toBeGreaterThan(0);
    expect(planColumn?.categories?.values.map(([value]) => value).sort()).toEqual(['basic', 'free', 'pro']);
    expect(active?.categories?.values.map(([value]) => value)).toEqual(['false', 'true']);
    expect(baseline.label).toMatchObject({ name: 'churned', type: 'category', count: plan.rows.train });
    expect(baseline.label.categories?.values.map(([value]) => value)).toEqual(['0', '1']);
  });

  it('takes only the rows of the window', async () => {
    const spec = aModelSpec({ training: { window: { last: '48h' } }, evaluation: { minHoldoutRows: 1 } });
    const { plan } = await prepared(spec, [{ rows: 500 }]);
    const { train, validation, holdout, outsideWindow } = plan.rows;
    expect([train + validation + holdout, outsideWindow]).toEqual([48, 452]);
    expect(plan.from).toBe('2026-01-19T19:00:00.000Z');
  });

  it('prepares a regression', async () => {
    const spec = aModelSpec({
      task: 'regression',
      data: { target: 'spend' },
      training: { xgboost: { hyperparameters: { objective: 'reg:squarederror' } } },
      evaluation: { gates: [{ type: 'absolute', metric: 'rmse', max: 100 }] },
    });
    const { plan } = await prepared(spec, [{}]);
    expect(plan.rows.unlabelled).toBeGreaterThan(100);
    const baseline = DraftBaseline.parse(JSON.parse(String(await lake.read(plan.baseline.key))));
    expect(baseline.label).toMatchObject({ name: 'spend', type: 'numeric', nulls: 0 });
    expect(baseline.label.bins?.edges).toHaveLength(13);
  });

  it('refuses too little data, saying what there is', async () => {
    await expect(prepared(aModelSpec(), [{ rows: 30 }])).rejects.toMatchObject({
      name: 'NotEnoughDataError',
      message: expect.stringMatching(
        /^there are \d+ training, \d+ validation and \d holdout rows .* at least 10 holdout rows/,
      ),
    });
    await expect(lake.read(`${FOLDER}/plan.json`)).rejects.toThrow('ENOENT');
  });

  it('refuses data without a column that must be there, and fills one that may be missing', async () => {
    const column = { name: 'region', type: 'category' };
    const columns = [...aModelSpec().data.columns, column];
    await expect(prepared(aModelSpec({ data: { columns } }), [{}])).rejects.toThrow('lacks the column region');
    const optional = [...aModelSpec().data.columns, { ...column, nullable: true }];
    const { plan } = await prepared(aModelSpec({ data: { columns: optional } }), [{}]);
    const baseline = DraftBaseline.parse(JSON.parse(String(await lake.read(plan.baseline.key))));
    expect(baseline.features.at(-1)).toMatchObject({ name: 'region', count: 0, nulls: plan.rows.train });
  });

  it('refuses a data set whose bytes are not those that were accepted', async () => {
    const data = await churnParquet(lake.artifacts);
    await lake.write(data.key, 'something else');
    const registry = memoryRegistry();
    await registry.applySpec(aModelSpec(), change);
    const { version: _, ...dataset } = aDataset({ data });
    await registry.registerDataset(dataset, change);
    const handler = makeHandler({ registry, ...lake });
    await expect(handler({ ...RUN, datasetVersions: [1] })).rejects.toMatchObject({ name: 'ArtifactMismatchError' });
  });

  it('refuses input it does not know', async () => {
    const handler = makeHandler({ registry: memoryRegistry(), ...lake });
    await expect(handler({ model: 'churn' })).rejects.toMatchObject({ name: 'InvalidInputError' });
  });
});
