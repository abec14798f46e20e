import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cliOver } from '../../fixtures/cli-over-api.ts';
import { AT, aDataset, aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { aBatch } from '../../fixtures/registry.ts';
import { anApi, CHANGE } from '../../lambdas/registry-api/api-under-test.ts';

const PREDICTIONS = 'PAR1 predictions';
const sha256 = createHash('sha256').update(PREDICTIONS).digest('hex');
const predictions = anArtifact({ key: 'batches/churn/b/predictions.parquet', sha256, size: PREDICTIONS.length });
const { batchId } = aBatch();

let api: Awaited<ReturnType<typeof anApi>>;
let cli: Awaited<ReturnType<typeof cliOver>>;

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  cli = await cliOver(
    () => api,
    async () => ({ status: 200, body: PREDICTIONS }),
  );
});
afterAll(async () => {
  vi.restoreAllMocks();
  await cli.close();
});
beforeEach(async () => {
  const read = async ({ key }: { key: string }) => ({ url: `${cli.endpoint}/${key}`, expiresAt: new Date(AT) });
  api = await anApi({ links: { read } });
  await api.registry.registerVersion(aModelVersion(), CHANGE);
  await api.registry.registerDataset(aDataset(), CHANGE);
  await api.registry.moveAlias({ model: 'churn', alias: 'champion', version: 1, expectedRev: 0 }, CHANGE);
});

describe('millrace batch start', () => {
  it('starts a batch once, and says how to follow it', async () => {
    const text = await cli.textOf(['batch', 'start', 'churn', '--dataset', '1']);
    const id = api.batches.started[0]?.name;
    expect(text).toBe(`batch ${id} has started; millrace batch show churn ${id} shows how it goes\n`);
    const again = await cli.textOf(['batch', 'start', 'churn', '--dataset', '1', '--version', '1']);
    expect(again).toContain(`batch ${id} is there already: running`);
    const json = await cli.jsonOf(['batch', 'start', 'churn', '--dataset', '1']);
    expect(json).toMatchObject({ batchId: id, status: 'running', created: false });
  });

  it('says what the API refuses', async () => {
    const { code, stderr } = await cli.run(['batch', 'start', 'churn', '--prefix', 's3://lake/runs/']);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('batches may not read s3://lake'),
    });
  });

  for (const argv of [
    [],
    ['--dataset', '1', '--prefix', 's3://a/b'],
    ['--dataset', 'one'],
    ['--dataset', '1', '--version', '0'],
  ]) {
    it(`asks for one thing to score, and for numbers: ${argv.join(' ') || 'nothing'}`, async () => {
      expect((await cli.run(['batch', 'start', 'churn', ...argv])).code).toBe(2);
      expect(api.batches.started).toEqual([]);
    });
  }

  for (const [status, wanted] of [
    ['scored', 0],
    ['failed', 1],
  ] as const) {
    it(`waits for its end with --wait, and is ${wanted} when the batch is ${status}`, async () => {
      const ended = async () => {
        const id = api.batches.started[0]?.name ?? '';
        const failure = { state: 'Transform', error: 'TrainingJobFailedError', cause: 'the container said no' };
        const rows = { total: 100, scored: 100, skipped: 0 };
        const how = status === 'scored' ? { predictions, rows, usd: 0.00123 } : { failure };
        await api.registry.updateBatch('churn', id, { status, ...how, endedAt: AT }, CHANGE);
      };
      setTimeout(() => void ended(), 500);
      const { code, stdout } = await cli.run(['batch', 'start', 'churn', '--dataset', '1', '--wait']);
      expect(code).toBe(wanted);
      expect(stdout).toContain(`status: ${status}`);
      expect(stdout).toContain(status === 'scored' ? 'cost: 0.0012 USD by the list price' : 'the container said no');
    });
  }
});

describe('batches that ended', () => {
  const reasons = [{ code: 'out-of-range', message: 'age must be from 0 to 130', column: 'age', rows: 2 }];
  const rows = { total: 12, scored: 10, skipped: 2 };
  beforeEach(async () => {
    await api.registry.createBatch(aBatch({ status: 'scored', predictions, rows, reasons, endedAt: AT }), CHANGE);
  });

  it('are listed', async () => {
    const text = await cli.textOf(['batch', 'list', 'churn']);
    expect(text).toMatch(/BATCH +STATUS +VERSION +INPUT +SCORED +SKIPPED/);
    expect(text).toMatch(new RegExp(`${batchId} +scored +1 +data set 1 +10 +2`));
  });

  it('are shown with what was left out, and where the rest is', async () => {
    const text = await cli.textOf(['batch', 'show', 'churn', batchId]);
    expect(text).toContain('2 × age must be from 0 to 130');
    expect(text).toContain(`s3://lake/${predictions.key}`);
    expect(await cli.jsonOf(['batch', 'show', 'churn', batchId])).toMatchObject({ rows, reasons });
  });

  it('are fetched, verified, and left alone the next time', async () => {
    const [fetched] = await cli.jsonOf(['batch', 'download', 'churn', batchId]);
    expect(fetched).toMatchObject({ file: 'predictions', status: 'fetched', sha256 });
    expect(readFileSync(join(cli.dir, batchId, 'predictions.parquet'), 'utf8')).toBe(PREDICTIONS);
    const [again] = await cli.jsonOf(['batch', 'download', 'churn', batchId]);
    expect(again).toMatchObject({ status: 'already-there' });
  });

  it('have nothing to fetch when they failed', async () => {
    await api.registry.createBatch(aBatch({ batchId: 'churn-b1-1', status: 'failed' }), CHANGE);
    const { code, stderr } = await cli.run(['batch', 'download', 'churn', 'churn-b1-1']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: batch churn-b1-1 is failed: it has no files\n' });
  });
});
