import { join } from 'node:path';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { contextColumns } from '../../domain/batch/context-columns.ts';
import { BatchRefusedError } from '../../domain/batch/errors.ts';
import { BATCH_FILES, BatchObjects, type BatchPlan } from '../../domain/batch/plan.ts';
import { batchResources } from '../../domain/batch/resources.ts';
import { dataFilesOf, MAX_DATASET_BYTES } from '../../domain/datasets/data-files.ts';
import { Featurizer } from '../../domain/features/featurizer.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { Batch } from '../../domain/registry/batch.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { withDuckDb } from '../../engine/duckdb.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { resultRef } from '../adapters/result-ref.ts';
import type { BatchInputs } from '../adapters/s3-batch-inputs.ts';
import { logger } from '../runtime/logger.ts';
import { type EncodedRows, type Encoding, encodeDataset, encodeObjects } from './batch-rows.ts';
import { cutLines } from './feature-parts.ts';

export interface PrepareBatchDeps {
  readonly registry: Pick<
    Registry,
    'requireBatch' | 'updateBatch' | 'requireVersion' | 'requireSpec' | 'requireDataset'
  >;
  readonly artifacts: ArtifactStore;
  readonly files: LakeFiles;
  readonly inputs: Pick<BatchInputs, 'download'>;
  readonly now: () => Date;
  readonly memoryLimitMb?: number;
}

/** An instance takes whole files: with several, each gets some. */
const MOST_ROWS_OF_A_PART = 1_000_000;

const CSV = { contentType: 'text/csv', options: "FORMAT csv, HEADER false, DELIMITER ',', NULLSTR ''" };
const PARQUET = { contentType: 'application/vnd.apache.parquet', options: 'FORMAT parquet' };

/**
 * Encodes the rows with the version's own featurizer and writes what a transform job reads. The same input gives the same
 * files, so a repeated call overwrites them with themselves.
 *
 * @throws BatchRefusedError when there is nothing that can be scored
 */
export async function prepareBatch(
  { model, batchId }: { model: string; batchId: string },
  deps: PrepareBatchDeps,
): Promise<{ rows: number; skipped: number }> {
  const startedAt = performance.now();
  const { registry, artifacts } = deps;
  const batch = await registry.requireBatch(model, batchId);
  const version = await registry.requireVersion(model, batch.version);
  const { spec } = await registry.requireSpec(model, version.specVersion);
  const bytes = await artifacts.getBytes(version.artifacts.featurizer);
  const featurizer = Featurizer.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const { instance, instanceCount } = batchResources(spec);
  const context = contextColumns(spec.data, version.signature);

  const plan = await withWorkFolder('batch', async (folder) => {
    const encoding: Encoding = { spec, featurizer, context, folder, memoryLimitMb: deps.memoryLimitMb };
    const rows = await encode(batch, encoding, deps);
    await recordSkipped(batch, rows, folder, deps);
    const scorable = rows.total - rows.bad;
    if (scorable === 0) throw new BatchRefusedError(nothingLeft(rows));
    const features = await writeFiles(batch, rows, encoding, deps);
    const parts = await uploadParts(batch, features, Math.ceil(scorable / instanceCount), deps);
    const written = parts.reduce((sum, part) => sum + part.rows, 0);
    if (written !== scorable) throw new Error(`${written} lines of features were written for ${scorable} rows`);
    const run = lakeKeys.runFolder(model, batchId);
    const made: BatchPlan = {
      task: spec.task,
      classes: featurizer.label.kind === 'class' ? featurizer.label.classes : [],
      features: `${run}/${BATCH_FILES.features}`,
      parts,
      context: `${run}/${BATCH_FILES.context}`,
      total: rows.total,
      skipped: rows.bad,
      instance,
      instanceCount,
    };
    await deps.files.writeJson(`${run}/${BATCH_FILES.plan}`, made);
    return made;
  });
  const elapsedMs = Math.round(performance.now() - startedAt);
  logger.info('batch-prepared', { model, batchId, rows: plan.total, skipped: plan.skipped, elapsedMs });
  return { rows: plan.total, skipped: plan.skipped };
}

const nothingLeft = ({ total, reasons }: EncodedRows): string =>
  total === 0
    ? 'there is no row to score'
    : `none of the ${total} rows keeps the contract: ${reasons
        .slice(0, 5)
        .map(({ message, rows }) => `${message} (${rows})`)
        .join('; ')}`;

async function encode(
  { model, batchId, input }: Batch,
  encoding: Encoding,
  deps: PrepareBatchDeps,
): Promise<EncodedRows> {
  if (input.kind === 'prefix') {
    const list = await deps.files.readJson(`${lakeKeys.batchFolder(model, batchId)}/${BATCH_FILES.input}`);
    return encodeObjects(encoding, BatchObjects.parse(list), deps.inputs);
  }
  const refs = await dataFilesOf(await deps.registry.requireDataset(model, input.dataset), deps.artifacts);
  const bytes = refs.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_DATASET_BYTES)
    throw new BatchRefusedError(
      `data set ${input.dataset} has ${bytes} bytes of Parquet; at most ${MAX_DATASET_BYTES} are scored at once`,
    );
  const paths = refs.map((_, part) => join(encoding.folder, `dataset-${part}.parquet`));
  for (const [part, ref] of refs.entries()) await deps.artifacts.getFile(ref, paths[part] as string);
  return encodeDataset(encoding, paths);
}

/** Before anything can fail for it: who looks for rows that are missing finds them. */
async function recordSkipped(
  { model, batchId }: Batch,
  { total, bad, reasons, skipped }: EncodedRows,
  folder: string,
  { registry, files, now }: PrepareBatchDeps,
): Promise<void> {
  const rows = { total, scored: 0, skipped: bad };
  const path = join(folder, BATCH_FILES.skipped);
  if (bad > 0) {
    const all = skipped.map(
      (one) => `SELECT ${quoteLiteral(one.key)} AS __input, * FROM read_parquet(${quoteLiteral(one.path)})`,
    );
    await withDuckDb({ folders: [folder] }, (connection) =>
      connection.run(`COPY (${all.join(' UNION ALL BY NAME ')}) TO ${quoteLiteral(path)} (${PARQUET.options})`),
    );
  }
  const key = `${lakeKeys.batchFolder(model, batchId)}/${BATCH_FILES.skipped}`;
  const skippedRows = bad > 0 ? await resultRef(files, key, path, PARQUET.contentType) : undefined;
  const patch = { rows, reasons: [...reasons], ...(skippedRows && { skippedRows }) };
  await registry.updateBatch(model, batchId, patch, { by: 'prepare-batch', at: now() });
}

/** @returns path of the features: CSV as SageMaker's XGBoost reads it, without header, empty = missing */
async function writeFiles(
  { model, batchId }: Batch,
  { files }: EncodedRows,
  { featurizer, context, folder, memoryLimitMb }: Encoding,
  deps: PrepareBatchDeps,
): Promise<string> {
  const from = `FROM read_parquet([${files.map(quoteLiteral).join(', ')}])`;
  const width = featurizer.features.length;
  // the line of a missing only feature would be empty, and that is no row to a container
  const features =
    width === 1 ? ["coalesce(CAST(f0 AS VARCHAR), 'nan')"] : Array.from({ length: width }, (_, i) => `f${i}`);
  const names = ['__input', '__line', ...context.map(({ name }) => quoteIdentifier(name))];
  const csv = join(folder, 'features.csv');
  const parquet = join(folder, BATCH_FILES.context);
  await withDuckDb({ folders: [folder], ...(memoryLimitMb && { memoryLimitMb }) }, async (connection) => {
    await connection.run(`COPY (SELECT ${features.join(', ')} ${from}) TO ${quoteLiteral(csv)} (${CSV.options})`);
    await connection.run(`COPY (SELECT ${names.join(', ')} ${from}) TO ${quoteLiteral(parquet)} (${PARQUET.options})`);
  });
  await deps.files.upload(`${lakeKeys.runFolder(model, batchId)}/${BATCH_FILES.context}`, parquet, PARQUET.contentType);
  return csv;
}

async function uploadParts(
  { model, batchId }: Batch,
  csv: string,
  rowsForEach: number,
  { files }: PrepareBatchDeps,
): Promise<BatchPlan['parts']> {
  const cut = await cutLines(csv, Math.min(MOST_ROWS_OF_A_PART, rowsForEach));
  const folder = `${lakeKeys.runFolder(model, batchId)}/${BATCH_FILES.features}`;
  const parts: BatchPlan['parts'] = [];
  for (const [index, { start, end, rows }] of cut.entries()) {
    const name = `part-${String(index).padStart(5, '0')}.csv`;
    await files.upload(`${folder}${name}`, csv, CSV.contentType, { start, end });
    parts.push({ name, rows });
  }
  return parts;
}
