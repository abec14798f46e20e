import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeModelCommand } from '@aws-sdk/client-sagemaker';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { Batch } from '../../domain/registry/batch.ts';
import { queryOf, withDuckDb } from '../../engine/duckdb.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { dynamoRegistry } from '../../lambdas/adapters/dynamo-registry.ts';
import { CHURN_COLUMNS, customers, toCsv } from '../fixtures/customers.ts';
import { root } from '../fixtures/imports.ts';
import { beat } from './heartbeat.ts';
import type { Model } from './model.ts';
import { listen } from './queues.ts';
import { expectClose, readArtifact, scored } from './training.ts';
import { until } from './wait.ts';
import { once, ROWS, type World } from './world.ts';

interface Prediction {
  readonly customer_id: string;
  readonly probability: number;
  readonly __input: string | null;
  readonly __line: bigint;
}

export function batchScenarios(on: () => World): void {
  /** Runs `millrace batch start … --wait`. */
  async function run({ name }: Model, ...what: string[]): Promise<{ code: number; batch: Batch }> {
    const { code, stdout } = await on().platform.millrace('batch', 'start', name, ...what, '--wait', '--json');
    return { code, batch: Batch.parse(JSON.parse(stdout)) };
  }

  async function predictionsOf({ predictions }: Batch): Promise<Prediction[]> {
    if (!predictions) throw new Error('there are no predictions');
    const bytes = await readArtifact(on().platform, predictions);
    return (await rowsOf(bytes)) as unknown as Prediction[];
  }

  /** @returns the prefix */
  async function put({ name }: Model, files: Readonly<Record<string, string>>): Promise<string> {
    const { s3, outputs } = on().platform;
    const Bucket = outputs.LandingBucketName;
    for (const [file, Body] of Object.entries(files))
      await s3.send(new PutObjectCommand({ Bucket, Key: `batch-inputs/${name}/${file}`, Body }));
    return `s3://${Bucket}/batch-inputs/${name}/`;
  }

  const deployed = once(async () => {
    const model = on().model('nightly');
    await model.apply({ deployment: { target: 'batch' } });
    return { model, ...(await model.deploy('rows.csv', customers(ROWS))) };
  });

  it('scores a data set in a batch with a version that has no endpoint, and answers no request', async () => {
    const { model, rollout, version } = await deployed();
    expect(rollout).toMatchObject({ status: 'promoted', target: { kind: 'batch' } });
    expect((await model.champion()).version).toBe(1);
    const online = await model.infer(customers(1));
    expect(online).toMatchObject({ status: 409, body: { error: expect.stringContaining('millrace batch start') } });

    const bus = await listen(on().platform, `${model.name}-bus`, { model: [model.name] });
    const { code, batch } = await run(model, '--dataset', '1');
    expect({ code, ...batch }).toMatchObject({ code: 0, status: 'scored', version: 1, trigger: 'manual' });
    expect(batch.rows).toEqual({ total: ROWS, scored: ROWS, skipped: 0 });
    const predictions = await predictionsOf(batch);
    expect(predictions.map(({ customer_id }) => customer_id)).toEqual(customers(ROWS).map((row) => row.customer_id));
    expectClose(
      predictions.map(({ probability }) => probability),
      await scored(on().platform, version, customers(ROWS)),
    );
    const { detail } = await bus.next(
      'the batch on the bus',
      (event) => event['detail-type'] === 'BatchScored' && event.detail.batchId === batch.batchId,
    );
    expect(detail).toMatchObject({ batchId: batch.batchId, rows: batch.rows });
    await bus.stop();
    // what SageMaker was given for it is gone
    const ModelName = batch.jobs[0]?.name;
    expect(ModelName).toBe(`${batch.batchId}-x1`);
    await expect(on().platform.sagemaker.send(new DescribeModelCommand({ ModelName }))).rejects.toThrow();
    // once more is the same batch
    expect((await run(model, '--dataset', '1')).batch).toEqual(batch);
  });

  it('scores what lies under a prefix, with and without the target, and sets aside what breaks the contract', async () => {
    const { model, version } = await deployed();
    const [first, second] = [customers(30, { from: 40_000 }), customers(20, { from: 41_000 })];
    const old = { ...(second[4] as object), age: 200 };
    const without = CHURN_COLUMNS.filter((name) => name !== 'churned');
    const prefix = await put(model, {
      'day/a.csv': toCsv(first, without),
      'day/b.csv': toCsv(second.with(4, old as never)),
    });
    const { code, batch } = await run(model, '--prefix', `${prefix}day/`);
    expect({ code, ...batch }).toMatchObject({ code: 0, status: 'scored', input: { kind: 'prefix', objects: 2 } });
    expect(batch.rows).toEqual({ total: 50, scored: 49, skipped: 1 });
    expect(batch.reasons).toMatchObject([{ code: 'out-of-range', column: 'age', rows: 1 }]);
    const good = [...first, ...second.filter((_, index) => index !== 4)];
    const predictions = await predictionsOf(batch);
    expect(predictions.map(({ customer_id }) => customer_id)).toEqual(good.map((row) => row.customer_id));
    expect(predictions[30]).toMatchObject({ __input: `batch-inputs/${model.name}/day/b.csv`, __line: 2n });
    expectClose(
      predictions.map(({ probability }) => probability),
      await scored(on().platform, version, good),
    );
    const skipped = await rowsOf(await readArtifact(on().platform, batch.skippedRows as never));
    expect(skipped).toMatchObject([{ __line: 6n, age: '200', __reasons: ['out-of-range:age'] }]);
    // no data set came of it
    expect(await model.datasets()).toHaveLength(1);
    const shown = await on().platform.millrace('batch', 'show', model.name, batch.batchId);
    expect(shown.stdout).toContain('1 × age');
    const fetched = await on().platform.millrace('batch', 'download', model.name, batch.batchId, '--json');
    expect(JSON.parse(fetched.stdout)).toMatchObject([{ file: 'predictions', status: 'fetched' }, { file: 'skipped' }]);
    const elsewhere = await on().platform.millrace('batch', 'start', model.name, '--prefix', 's3://elsewhere/a/');
    expect(elsewhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('batches may not read s3://elsewhere/a/'),
    });
  });

  it('scores by schedule what is new under a prefix, and nothing twice', async ({ skip }) => {
    skip(!on().local, 'the least time between two batches of a schedule is a quarter of an hour');
    const model = on().model('scheduled');
    const day = customers(25, { from: 60_000 });
    const prefix = await put(model, { 'one.csv': toCsv(day.slice(0, 10)) });
    await model.apply({ deployment: { target: 'batch', batch: { every: '15m', input: prefix } } });
    await model.deploy('rows.csv', customers(ROWS));
    const { region, endpoint, credentials, outputs } = on().platform;
    const client = DynamoDBDocumentClient.from(
      new DynamoDBClient({ region, credentials, ...(endpoint && { endpoint }) }),
    );
    const registry = dynamoRegistry(client, outputs.TableName);
    /** The time has come `times` times: waits for so many batches. */
    async function due(times: number): Promise<Batch[]> {
      await registry.postponeParked(`batch-schedule/${model.name}`, new Date(Date.now() - 1_000));
      await beat(on().platform, 'ExecutionsReconcile', async () => {
        const entry = await registry.findParked(`batch-schedule/${model.name}`);
        return entry !== undefined && Date.parse(entry.dueAt) > Date.now();
      });
      return until(
        `${times} batches to end`,
        async () => {
          const batches = await registry.listBatches(model.name);
          const ended = batches.length >= times && batches.every(({ status }) => status !== 'running');
          return ended ? batches : undefined;
        },
        { seconds: 60 },
      );
    }
    expect(await due(1)).toMatchObject([{ status: 'scored', trigger: 'schedule', rows: { scored: 10 } }]);
    expect(await due(1)).toHaveLength(1);
    await put(model, { 'two.csv': toCsv(day.slice(10)) });
    const [second] = await due(2);
    expect(second).toMatchObject({ status: 'scored', rows: { scored: 15 }, input: { objects: 1 } });
    const names = (await predictionsOf(second as Batch)).map(({ customer_id }) => customer_id);
    expect(names).toEqual(day.slice(10).map((row) => row.customer_id));
    client.destroy();
  });

  it('gives the same rows the same bits in a batch and from an endpoint', async () => {
    const { model } = await on().churn();
    const { batch } = await run(model, '--dataset', '1');
    const predictions = await predictionsOf(batch);
    const { data } = await model.predict(customers(ROWS));
    expect(predictions.map(({ probability }) => probability)).toEqual(data);
  });

  it('records why a container could not score a batch, and scores it once it can', async ({ skip }) => {
    skip(!on().local, 'in AWS it needs an image in a registry; here its command is run');
    const model = on().model('choosy');
    const container = {
      image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/logistic:1',
      // answers 500 for this age, which the training data have not
      hyperparameters: { rounds: 50, refuse: 130 },
      localCommand: [process.execPath, join(root, 'test/fixtures/container/logistic.mjs')],
    };
    await model.apply({
      training: { algorithm: 'container', container, xgboost: undefined },
      deployment: { target: 'batch' },
    });
    await model.deploy('rows.csv', customers(ROWS));
    const rows = customers(10, { from: 50_000 });
    const prefix = await put(model, { 'a.csv': toCsv(rows.with(3, { ...(rows[3] as (typeof rows)[0]), age: 130 })) });
    const failed = await run(model, '--prefix', prefix);
    expect(failed).toMatchObject({
      code: 1,
      batch: {
        status: 'failed',
        failure: { state: 'Transform', error: 'TrainingJobFailedError', cause: expect.stringContaining('500') },
        jobs: [{ status: 'Failed', failureReason: expect.stringContaining('500') }],
      },
    });
    expect(failed.batch.predictions).toBeUndefined();
    await put(model, { 'a.csv': toCsv(rows) });
    const mended = await run(model, '--prefix', prefix);
    expect(mended).toMatchObject({ code: 0, batch: { status: 'scored', rows: { scored: 10 } } });
    const { stdout } = await on().platform.millrace('batch', 'list', model.name);
    expect(stdout).toMatch(/scored[\s\S]*failed/);
  });
}

const rowsOf = (bytes: Uint8Array): Promise<Record<string, unknown>[]> =>
  withWorkFolder('scenario', async (folder) => {
    const path = join(folder, 'file.parquet');
    await writeFile(path, bytes);
    return withDuckDb({ folders: [folder] }, (connection) =>
      queryOf(connection)(`SELECT * FROM read_parquet('${path}')`),
    );
  });
