import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Registry } from '../../../domain/registry/ports.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { gatherPredictions } from '../../../lambdas/finish-batch/gather-predictions.ts';
import { folderLake } from '../../fixtures/folder-lake.ts';
import { aBatch } from '../../fixtures/registry.ts';

/** Several times what one thread of DuckDB takes at once, in files of unequal size. */
const PARTS = [700_000, 1, 900_000];
const ROWS = PARTS.reduce((sum, rows) => sum + rows, 0);
const RUN = 'runs/churn/churn-b0123456789ab-1';

it('puts no prediction beside another row, however many threads there are', async () => {
  const lake = await folderLake();
  try {
    await lake.write(`${RUN}/jobs/x/mark`, '');
    await withDuckDb({ folders: [lake.path('')] }, async (connection) => {
      const context = `SELECT 'in.csv' AS __input, i AS __line, 'customer-' || i AS customer_id FROM range(${ROWS}) t(i)`;
      await connection.run(`COPY (${context}) TO '${lake.path(`${RUN}/context.parquet`)}' (FORMAT parquet)`);
      for (const [index, rows] of PARTS.entries()) {
        const from = PARTS.slice(0, index).reduce((sum, before) => sum + before, 0);
        const file = lake.path(`${RUN}/jobs/x/part-${index}.csv.out`);
        // a number of its own for each row, in lines of unequal length
        await connection.run(
          `COPY (SELECT i / 8 FROM range(${from}, ${from + rows}) t(i)) TO '${file}' (FORMAT csv, HEADER false)`,
        );
      }
    });
    await lake.files.writeJson(`${RUN}/plan.json`, {
      ...{ task: 'regression', classes: [], features: `${RUN}/features/`, context: `${RUN}/context.parquet` },
      parts: PARTS.map((rows, index) => ({ name: `part-${index}.csv`, rows })),
      ...{ total: ROWS, skipped: 0, instance: 'ml.m5.large', instanceCount: 1 },
    });
    const registry: Pick<Registry, 'requireBatch'> = { requireBatch: async () => aBatch() };
    const { batchId } = aBatch();
    const job = {
      name: 'x',
      kind: 'batch-transform',
      status: 'Completed',
      outputUrl: `s3://lake/${RUN}/jobs/x`,
    } as const;
    const made = await gatherPredictions(
      { model: 'churn', batchId, job },
      { registry, ...lake, now: () => new Date(0) },
    );
    const path = join(lake.path(''), made.predictions.key);
    const [seen] = await withDuckDb({ folders: [lake.path('')] }, (connection) =>
      queryOf(connection)(
        `SELECT count(*) AS n, count_if(prediction <> __line / 8) AS wrong,
           count_if(__line <> file_row_number) AS moved FROM read_parquet('${path}', file_row_number = true)`,
      ),
    );
    expect(seen).toEqual({ n: BigInt(ROWS), wrong: 0n, moved: 0n });
  } finally {
    await lake.remove();
  }
}, 120_000);
