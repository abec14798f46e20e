import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContextColumn } from '../../domain/batch/context-columns.ts';
import { BatchRefusedError } from '../../domain/batch/errors.ts';
import type { BatchObjects } from '../../domain/batch/plan.ts';
import { formatOf } from '../../domain/batch/scoring-spec.ts';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import { featurizerSql } from '../../domain/features/featurizer-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import { SQL_TYPE } from '../../domain/spec/column-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { queryOf, withDuckDb } from '../../engine/duckdb.ts';
import { openScorable } from '../../engine/scoring/scorable-file.ts';
import type { BatchInputs } from '../adapters/s3-batch-inputs.ts';

/** Rows of a batch as they are written to disk: encoded features, and what names each. */
export interface EncodedRows {
  /** Parquet files in order. */
  readonly files: readonly string[];
  readonly total: number;
  readonly bad: number;
  readonly reasons: readonly Reason[];
  /** Relations of the rows that were set aside, by object. */
  readonly skipped: readonly { readonly key: string; readonly path: string }[];
}

export interface Encoding {
  readonly spec: ModelSpec;
  readonly featurizer: Featurizer;
  readonly context: readonly ContextColumn[];
  readonly folder: string;
  readonly memoryLimitMb?: number | undefined;
}

/** @returns what is selected of typed rows: `__input`, `__line`, the context and `f0`, `f1` … */
function selected({ featurizer, context }: Encoding, input: string, line: string): string {
  return [
    `${input} AS __input`,
    `${line} AS __line`,
    ...context.map(({ column, name }) => `${quoteIdentifier(column)} AS ${quoteIdentifier(name)}`),
    ...featurizerSql(featurizer).map((sql, i) => `${sql} AS f${i}`),
  ].join(', ');
}

const asParquet = (path: string): string => `${quoteLiteral(path)} (FORMAT parquet)`;

/** Accepted data of a data set version: its rows were held against the contract when it came. */
export async function encodeDataset(encoding: Encoding, paths: readonly string[]): Promise<EncodedRows> {
  const { spec, featurizer, context, folder, memoryLimitMb } = encoding;
  const file = join(folder, 'rows.parquet');
  const options = { folders: [folder], ...(memoryLimitMb && { memoryLimitMb }) };
  const total = await withDuckDb(options, async (connection) => {
    const query = queryOf(connection);
    const from = `FROM read_parquet([${paths.map(quoteLiteral).join(', ')}])`;
    const present = new Set((await query(`DESCRIBE SELECT * ${from}`)).map((row) => String(row.column_name)));
    const names = new Set([...featurizer.features.map(({ name }) => name), ...context.map(({ column }) => column)]);
    const columns = spec.data.columns
      .filter(({ name }) => names.has(name))
      .map(({ name, type, nullable }) => {
        const column = quoteIdentifier(name);
        // the data may be of another spec version
        if (present.has(name)) return `TRY_CAST(${column} AS ${SQL_TYPE[type]}) AS ${column}`;
        if (nullable) return `CAST(NULL AS ${SQL_TYPE[type]}) AS ${column}`;
        throw new BatchRefusedError(`the data set lacks the column ${name}, which the version needs`);
      });
    const typed = `(SELECT ${[...columns, 'row_number() OVER () AS __line'].join(', ')} ${from})`;
    await connection.run(
      `COPY (SELECT ${selected(encoding, 'CAST(NULL AS VARCHAR)', '__line')} FROM ${typed}) TO ${asParquet(file)}`,
    );
    const [{ n } = {}] = await query(`SELECT count(*) AS n FROM read_parquet(${quoteLiteral(file)})`);
    return Number(n);
  });
  return { files: [file], total, bad: 0, reasons: [], skipped: [] };
}

/**
 * Objects one after the other, each with a database of its own. Of each, only what is needed further on stays on disk.
 * @throws BatchRefusedError for an object that is no data of the model, by name
 */
export async function encodeObjects(
  encoding: Encoding,
  { bucket, objects }: BatchObjects,
  inputs: Pick<BatchInputs, 'download'>,
): Promise<EncodedRows> {
  const { spec, folder, memoryLimitMb } = encoding;
  const files: string[] = [];
  const skipped: { key: string; path: string }[] = [];
  const reasons = new Map<string, Reason>();
  let [total, bad] = [0, 0];
  for (const [index, object] of objects.entries()) {
    const own = join(folder, `object-${index}`);
    await mkdir(own);
    const path = join(own, 'object');
    await inputs.download(bucket, object, path);
    const data = { ...spec.data, format: formatOf(object.key, spec.data) };
    const rows = join(folder, `rows-${index}.parquet`);
    await withDuckDb({ folders: [folder], ...(memoryLimitMb && { memoryLimitMb }) }, async (connection) => {
      const opened = await openScorable(connection, { spec: { ...spec, data }, path, folder: own });
      if (!('relation' in opened)) {
        const why = opened.reasons
          .map(({ message }) => message)
          .slice(0, 5)
          .join('; ');
        throw new BatchRefusedError(`s3://${bucket}/${object.key} cannot be scored: ${why}`);
      }
      const select = selected(encoding, quoteLiteral(object.key), '__line');
      await connection.run(`COPY (SELECT ${select} FROM ${opened.relation}) TO ${asParquet(rows)}`);
      total += opened.total;
      bad += opened.bad;
      for (const reason of opened.reasons) add(reasons, reason);
      if (opened.skipped !== undefined) {
        const kept = join(folder, `skipped-${index}.parquet`);
        await connection.run(`COPY (FROM read_parquet(${quoteLiteral(opened.skipped)})) TO ${asParquet(kept)}`);
        skipped.push({ key: object.key, path: kept });
      }
    });
    await rm(own, { recursive: true });
    files.push(rows);
  }
  const most = [...reasons.values()].sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0));
  return { files, total, bad, reasons: most, skipped };
}

function add(reasons: Map<string, Reason>, reason: Reason): void {
  const id = JSON.stringify([reason.code, reason.column, reason.message]);
  reasons.set(id, { ...reason, rows: (reasons.get(id)?.rows ?? 0) + (reason.rows ?? 0) });
}
