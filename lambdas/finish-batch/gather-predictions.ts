import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { answerLines, numbersSql, outputsSql, unusableSql } from '../../domain/batch/answers-sql.ts';
import { BATCH_FILES, BatchPlan } from '../../domain/batch/plan.ts';
import { batchUsd } from '../../domain/batch/resources.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { UnusablePredictionsError } from '../../domain/evaluation/errors.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { Batch } from '../../domain/registry/batch.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import type { JobOutcome } from '../../domain/training/plan.ts';
import { queryOf, withDuckDb } from '../../engine/duckdb.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';
import { resultRef } from '../adapters/result-ref.ts';

export interface GatherDeps {
  readonly registry: Pick<Registry, 'requireBatch'>;
  readonly files: LakeFiles;
  readonly now: () => Date;
  readonly memoryLimitMb?: number;
}

export type Gathered = Required<Pick<Batch, 'rows' | 'predictions'>> & Pick<Batch, 'usd'>;

/**
 * Puts what the container answered beside what names the rows, in their order, and stores it.
 * @throws UnusablePredictionsError unless there is one line for each row, with as many finite numbers as the task needs
 */
export async function gatherPredictions(
  { model, batchId, job }: { model: string; batchId: string; job: JobOutcome },
  deps: GatherDeps,
): Promise<Gathered> {
  const { files } = deps;
  const { version } = await deps.registry.requireBatch(model, batchId);
  const plan = BatchPlan.parse(await files.readJson(`${lakeKeys.runFolder(model, batchId)}/${BATCH_FILES.plan}`));
  const output = outputFolder(job, files.bucket);
  const scored = plan.total - plan.skipped;
  const predictions = await withWorkFolder('gather', async (folder) => {
    const context = join(folder, BATCH_FILES.context);
    await files.download(plan.context, context);
    const answers = plan.parts.map(({ name }) => join(folder, `${name}.out`));
    for (const [index, { name }] of plan.parts.entries())
      await files.download(`${output}/${name}.out`, answers[index] as string);
    const made = join(folder, BATCH_FILES.predictions);
    // one thread: rows are numbered as they are read
    const options = { folders: [folder], threads: 1, ...(deps.memoryLimitMb && { memoryLimitMb: deps.memoryLimitMb }) };
    await withDuckDb(options, async (connection) => {
      await check(connection, plan, answers);
      // by number, not by POSITIONAL JOIN, which loses its place after a vector that is not full
      const numbered = (from: string) => `(SELECT *, row_number() OVER () AS __row FROM ${from})`;
      const numbers = `(SELECT ${numbersSql('line')} AS __numbers FROM ${answerLines(answers)})`;
      const joined = `${numbered(`read_parquet(${quoteLiteral(context)})`)} AS c JOIN ${numbered(numbers)} AS a USING (__row)`;
      const outputs = outputsSql(plan.task, plan.classes, '__numbers');
      const select = `SELECT c.* EXCLUDE (__row), ${outputs.join(', ')}, ${version} AS __version FROM ${joined} ORDER BY __row`;
      await connection.run(`COPY (${select}) TO ${quoteLiteral(made)} (FORMAT parquet, COMPRESSION zstd)`);
      const [{ n } = {}] = await queryOf(connection)(`SELECT count(*) AS n FROM read_parquet(${quoteLiteral(made)})`);
      if (Number(n) !== scored) throw new Error(`${n} predictions were written for ${scored} rows`);
    });
    const key = `${lakeKeys.batchFolder(model, batchId)}/${BATCH_FILES.predictions}`;
    return resultRef(files, key, made, 'application/vnd.apache.parquet');
  });
  const usd = batchUsd(plan.instance, job.instanceSeconds);
  return {
    rows: { total: plan.total, scored, skipped: plan.skipped },
    predictions,
    ...(usd !== undefined && { usd }),
  };
}

/** Before anything is joined: a line too few would give every row after it another row's prediction. */
async function check(connection: DuckDBConnection, plan: BatchPlan, answers: readonly string[]): Promise<void> {
  const query = queryOf(connection);
  const width = plan.task === 'multiclass' ? plan.classes.length : 1;
  for (const [index, { name, rows }] of plan.parts.entries()) {
    const lines = answerLines([answers[index] as string]);
    const bad = `SELECT row_number() OVER () AS n, ${unusableSql('numbers', width)} AS bad FROM (SELECT ${numbersSql('line')} AS numbers FROM ${lines})`;
    const [found = {}] = await query(`SELECT count(*) AS n, min(n) FILTER (WHERE bad) AS bad FROM (${bad})`);
    if (Number(found.n) !== rows)
      throw new UnusablePredictionsError(
        `the container answered ${found.n} lines for the ${rows} rows of ${name}: a line for each is needed`,
      );
    if (found.bad !== null && found.bad !== undefined) {
      const needed = width === 1 ? 'a finite number' : `${width} finite numbers`;
      throw new UnusablePredictionsError(
        `line ${found.bad} of what the container answered for ${name} is not ${needed}`,
      );
    }
  }
}

/** @throws InvalidInputError for anything outside the lake bucket */
function outputFolder({ name, outputUrl = '' }: JobOutcome, bucket: string): string {
  const prefix = `s3://${bucket}/`;
  if (!outputUrl.startsWith(prefix))
    throw new InvalidInputError([`the output of ${name} is not in the lake bucket: ${outputUrl}`]);
  return outputUrl.slice(prefix.length).replace(/\/$/, '');
}
