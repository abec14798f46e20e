import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { dataFilesOf, MAX_DATASET_BYTES } from '../../domain/datasets/data-files.ts';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import { featurizerSql } from '../../domain/features/featurizer-sql.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { checkEnough } from '../../domain/training/not-enough-data.ts';
import { RUN_FILES, type TrainingPlan } from '../../domain/training/plan.ts';
import { SIDES, windowFrom } from '../../domain/training/split.ts';
import { queryOf, withDuckDb } from '../../engine/duckdb.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { logger } from '../runtime/logger.ts';
import { fitModelInputs } from './fit-model-inputs.ts';
import { LABEL_COLUMN, sideRelation, writeTrainingRows } from './training-rows.ts';

export interface PrepareInput {
  readonly model: string;
  readonly runId: string;
  readonly specVersion: number;
  readonly datasetVersions: readonly number[];
}

export interface PrepareDeps {
  readonly registry: Pick<Registry, 'requireSpec' | 'requireDataset'>;
  readonly artifacts: ArtifactStore;
  readonly files: LakeFiles;
  readonly memoryLimitMb?: number;
}

export interface PrepareResult {
  readonly algorithm: 'xgboost' | 'container';
  readonly tuning: boolean;
  readonly spot: boolean;
  readonly trainRows: number;
  readonly validationRows: number;
  readonly holdoutRows: number;
}

/**
 * Turns data sets into what a training job reads. The same inputs give the same bytes, so a repeated run overwrites its
 * files with themselves.
 *
 * @throws NotEnoughDataError before anything is written
 */
export async function prepareTraining(input: PrepareInput, deps: PrepareDeps): Promise<PrepareResult> {
  const { model, runId, specVersion } = input;
  const startedAt = performance.now();
  const { spec } = await deps.registry.requireSpec(model, specVersion);
  const versions = [...new Set(input.datasetVersions)].sort((a, b) => a - b);
  const datasets = await Promise.all(versions.map((version) => deps.registry.requireDataset(model, version)));

  const plan = await withWorkFolder('prepare', async (folder) => {
    const files = await downloadDatasets(datasets, folder, deps.artifacts);
    const options = { folders: [folder], ...(deps.memoryLimitMb && { memoryLimitMb: deps.memoryLimitMb }) };
    return withDuckDb(options, (connection) => prepare(input, { spec, datasets, files, folder, connection }, deps));
  });
  const { train, validation, holdout } = plan.rows;
  const elapsedMs = Math.round(performance.now() - startedAt);
  logger.info('training-prepared', { model, runId, datasetVersions: versions, ...plan.rows, elapsedMs });
  return {
    algorithm: plan.algorithm,
    tuning: spec.training.tuning !== undefined,
    spot: spec.training.spot,
    trainRows: train,
    validationRows: validation,
    holdoutRows: holdout,
  };
}

/** @throws InvalidInputError for a data set without data, and for more than there is room for */
async function downloadDatasets(
  datasets: readonly DatasetVersion[],
  folder: string,
  artifacts: ArtifactStore,
): Promise<string[][]> {
  const refs: ArtifactRef[][] = [];
  for (const dataset of datasets) refs.push(await dataFilesOf(dataset, artifacts));
  const bytes = refs.flat().reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_DATASET_BYTES)
    throw new InvalidInputError([
      `the data sets have ${bytes} bytes of Parquet; at most ${MAX_DATASET_BYTES} can be trained on: narrow training.window`,
    ]);
  const files: string[][] = [];
  for (const [index, ofDataset] of refs.entries()) {
    const paths = ofDataset.map((_, part) => join(folder, `dataset-${index}-${part}.parquet`));
    for (const [part, ref] of ofDataset.entries()) await artifacts.getFile(ref, paths[part] as string);
    files.push(paths);
  }
  return files;
}

interface Prepared {
  readonly spec: ModelSpec;
  readonly datasets: readonly DatasetVersion[];
  readonly files: readonly (readonly string[])[];
  readonly folder: string;
  readonly connection: DuckDBConnection;
}

async function prepare(
  { model, runId, specVersion }: PrepareInput,
  { spec, datasets, files, folder, connection }: Prepared,
  deps: PrepareDeps,
): Promise<TrainingPlan> {
  const from = windowFrom(spec, datasets);
  const rows = await writeTrainingRows(connection, spec, folder, { files, from });
  checkEnough(spec, rows.counts, rows.trainLabels);

  // sums of doubles, and so the artifacts' bytes, depend on the order in which threads finish
  await connection.run('SET threads = 1');
  const { featurizer, baseline } = await fitModelInputs(queryOf(connection), spec, sideRelation(folder, 'train'));
  const keys = keysOf(model, runId);
  const made = await writeFiles(connection, featurizer, folder, keys);
  for (const { key, path, contentType } of made) await deps.files.upload(key, path, contentType);

  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const plan: TrainingPlan = {
    model,
    runId,
    specVersion,
    datasetVersions: datasets.map(({ version }) => version),
    task: spec.task,
    algorithm: spec.training.algorithm,
    features: featurizer.features.map(({ name }) => name),
    classes: featurizer.label.kind === 'class' ? featurizer.label.classes : [],
    rows: { ...rows.counts, unlabelled: rows.unlabelled, outsideWindow: rows.outsideWindow },
    ...(from && { from: from.toISOString() }),
    keys,
    featurizer: await deps.artifacts.putBytes(RUN_FILES.featurizer, json(featurizer), 'application/json'),
    baseline: await deps.artifacts.putBytes(RUN_FILES.baseline, json(baseline), 'application/json'),
  };
  await deps.files.writeJson(`${lakeKeys.runFolder(model, runId)}/${RUN_FILES.plan}`, plan);
  return plan;
}

function keysOf(model: string, runId: string): TrainingPlan['keys'] {
  const folder = lakeKeys.runFolder(model, runId);
  return {
    train: `${folder}/train/`,
    validation: `${folder}/validation/`,
    holdout: `${folder}/holdout/`,
    holdoutCsv: `${folder}/holdout/part-0.csv`,
    holdoutFeaturesCsv: lakeKeys.holdoutFeatures(model, runId),
    holdoutRows: `${folder}/holdout/rows.parquet`,
  };
}

/** Writes every file to the folder. CSV as SageMaker's XGBoost reads it: no header, label first, empty = missing. */
async function writeFiles(
  connection: DuckDBConnection,
  featurizer: Featurizer,
  folder: string,
  keys: TrainingPlan['keys'],
): Promise<{ key: string; path: string; contentType: string }[]> {
  const features = featurizerSql(featurizer).map((sql, i) => `${sql} AS f${i}`);
  const label = featurizer.label.kind === 'class' ? `CAST(${LABEL_COLUMN} AS INTEGER)` : LABEL_COLUMN;
  const csv = "FORMAT csv, HEADER false, DELIMITER ',', NULLSTR ''";
  const made: { key: string; path: string; contentType: string }[] = [];
  const write = async (key: string, name: string, select: string, options: string, contentType: string) => {
    const path = join(folder, name);
    await connection.run(`COPY (${select}) TO ${quoteLiteral(path)} (${options})`);
    made.push({ key, path, contentType });
  };
  for (const side of SIDES) {
    const select = `SELECT ${[label, ...features].join(', ')} FROM ${sideRelation(folder, side)}`;
    await write(`${keys[side]}part-0.csv`, `${side}.csv`, select, csv, 'text/csv');
  }
  const holdout = sideRelation(folder, 'holdout');
  const unlabelled = `SELECT ${features.join(', ')} FROM ${holdout}`;
  // the line of a missing only feature would be empty, and no row to a container
  const unlabelledCsv = features.length === 1 ? csv.replace("NULLSTR ''", "NULLSTR 'nan'") : csv;
  await write(keys.holdoutFeaturesCsv, 'features.csv', unlabelled, unlabelledCsv, 'text/csv');
  await write(
    keys.holdoutRows,
    'holdout.parquet',
    `SELECT * FROM ${holdout}`,
    'FORMAT parquet',
    'application/vnd.apache.parquet',
  );
  return made;
}
