import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { DatasetParts } from '../../domain/datasets/sets.ts';
import { Profile } from '../../domain/profiles/profile.ts';
import { customers, toCsv } from '../fixtures/customers.ts';
import { readParquet } from '../fixtures/parquet.ts';
import type { Model, Upload } from './model.ts';
import { depth, drained } from './queues.ts';
import { readArtifact } from './training.ts';
import type { World } from './world.ts';

const UNIQUE = [
  { name: 'customer_id', type: 'string', unique: true },
  { name: 'seen_at', type: 'timestamp' },
  { name: 'age', type: 'integer', min: 0, max: 130 },
  { name: 'spend', type: 'number', nullable: true, min: 0 },
  { name: 'plan', type: 'category', values: ['free', 'basic', 'pro'] },
  { name: 'active', type: 'boolean' },
  { name: 'gender', type: 'category' },
  { name: 'churned', type: 'integer', min: 0, max: 1 },
];

export function setScenarios(on: () => World): void {
  /** The seal's event once more, as EventBridge may deliver it. */
  async function redeliver({ key, versionId }: Upload): Promise<void> {
    const { platform } = on();
    const object = { key, 'version-id': versionId, size: 0 };
    const bucket = { name: platform.outputs.LandingBucketName };
    const time = '2026-11-23T10:00:00Z';
    const event = { 'detail-type': 'Object Created', source: 'aws.s3', time, detail: { bucket, object } };
    const { LandingQueueUrl: QueueUrl } = platform.outputs;
    await platform.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
  }

  async function uploadParts(model: Model, set: string, parts: Readonly<Record<string, string>>): Promise<void> {
    for (const [file, body] of Object.entries(parts)) await model.upload(`${set}/${file}`, body);
  }

  it('makes one data set of a sealed set of objects, however often it is told, and trains on it', async () => {
    const model = on().model('set');
    await model.apply({ data: { columns: UNIQUE }, deployment: { target: 'lambda' } });
    const rows = [0, 250, 500].map((from) => customers(250, { from: 200_000 + from }));
    const bad =
      rows[1]?.map((row, i) => (i === 3 ? { ...row, age: -1 } : i === 7 ? { ...row, plan: 'gold' } : row)) ?? [];
    // what the first part has already
    const repeated = [...(rows[2] ?? []), ...(rows[0] ?? []).slice(0, 2)];
    await uploadParts(model, 'week 1+2', {
      'part-0000.csv': toCsv(rows[0] ?? []),
      'part-0001.csv': toCsv(bad),
      'part-0002.csv': toCsv(repeated),
      '.part-0002.csv.crc': 'hidden',
    });
    await drained(on().platform);
    expect(await model.datasets()).toEqual([]);

    const seal = await model.upload('week 1+2/_SUCCESS', '');
    await redeliver(seal);
    const dataset = await model.verdict(seal);
    expect(dataset).toMatchObject({ version: 1, verdict: 'accepted-with-quarantine', rows: 748, quarantinedRows: 4 });
    await redeliver(seal);
    const { run } = await follow(model, dataset.version);
    expect(run).toMatchObject({ status: 'registered', datasetVersions: [1] });
    await drained(on().platform);
    expect(await model.datasets()).toHaveLength(1);

    const { platform } = on();
    const json = async (ref: (typeof dataset)['parts']) =>
      JSON.parse(Buffer.from(await readArtifact(platform, ref ?? fail())).toString());
    const { files, quarantine, raw } = DatasetParts.parse(await json(dataset.parts));
    expect([files.length, quarantine.length, raw.length]).toEqual([3, 2, 3]);
    const aside = await Promise.all(quarantine.map(async (ref) => readParquet(await readArtifact(platform, ref))));
    expect(aside.flat().map((row) => [Number(row.__line), ...(row.__reasons as string[])])).toEqual([
      [5, 'out-of-range:age'],
      [9, 'value-not-allowed:plan'],
      [252, 'not-unique:customer_id'],
      [253, 'not-unique:customer_id'],
    ]);
    expect(Profile.parse(await json(dataset.profile)).rows).toBe(748);
  });

  it('refuses a set whose manifest names an object that is not there, and one with a part that cannot be read', async () => {
    const model = on().model('bad-sets');
    await model.apply({ training: { trigger: { newData: false } } });
    const part = toCsv(customers(50, { from: 210_000 }));
    await uploadParts(model, 'a', { 'x.csv': part });
    const named = await model.upload('a/manifest.json', JSON.stringify({ files: ['x.csv', 'y.csv'] }));
    expect(await model.verdict(named)).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'missing-file' }] });

    await uploadParts(model, 'b', { 'x.csv': part, 'y.csv': 'a,b\n1,2\n' });
    const sealed = await model.upload('b/_SUCCESS', '');
    const dataset = await model.verdict(sealed);
    expect(dataset).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'wrong-header' }] });
    expect(dataset.reasons[0]?.message).toContain('"y.csv"');

    await uploadParts(model, 'c', { 'x.csv': part });
    const good = await model.upload('c/manifest.json', JSON.stringify({ files: ['x.csv'] }));
    expect(await model.verdict(good)).toMatchObject({ verdict: 'accepted', rows: 50 });
    const { platform } = on();
    expect(await depth(platform, platform.outputs.LandingDeadLetterQueueUrl)).toBe(0);
  });
}

async function follow(model: Model, version: number) {
  const { runId } = await model.runOf([version]);
  return { run: await model.ended(runId) };
}

function fail(): never {
  throw new Error('there is no such artifact');
}
