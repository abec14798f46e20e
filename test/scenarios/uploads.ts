import { gzipSync } from 'node:zlib';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Upload as MultipartUpload } from '@aws-sdk/lib-storage';
import { expect, it } from 'vitest';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import { CHURN_COLUMNS, customers, toCsv } from '../fixtures/customers.ts';
import { parquetOf, readParquet } from '../fixtures/parquet.ts';
import type { Upload } from './model.ts';
import { depth, drained, listen } from './queues.ts';
import { readArtifact } from './training.ts';
import { once, type World } from './world.ts';

let taken = 0;
/** Customers nobody else uploads: the same bytes again would be a duplicate. */
const fresh = (count = 100) => {
  taken += count;
  return customers(count, { from: 100_000 + taken });
};
const lines = (rows: readonly object[]) => toCsv(rows).split('\n');

interface Odd {
  readonly what: string;
  readonly file: string;
  readonly body: string | Uint8Array;
  readonly codes: readonly string[];
}

function oddUploads(): Odd[] {
  const good = toCsv(fresh());
  const [, ...withoutHeader] = lines(fresh());
  const tooLarge = Buffer.concat([Buffer.from(toCsv(fresh())), Buffer.alloc(1_048_577, '\n')]);
  const odd = (what: string, file: string, body: string | Uint8Array, ...codes: string[]): Odd => ({
    what,
    file,
    body,
    codes,
  });
  return [
    odd('a file without a byte', 'zero.csv', '', 'empty'),
    odd('a file of white space', 'blank.csv', ' \n\n', 'empty'),
    odd('a header without rows', 'header.csv', `${CHURN_COLUMNS.join(',')}\n`, 'no-rows'),
    odd('a CSV file that breaks off', 'cut.csv', good.slice(0, good.lastIndexOf(',', good.length - 20)), 'truncated'),
    odd('text in Latin-1', 'latin.csv', Buffer.from(good.replace('customer-', 'künde-'), 'latin1'), 'wrong-encoding'),
    odd('text in UTF-16', 'utf16.csv', Buffer.from(`\ufeff${good}`, 'utf16le'), 'wrong-encoding'),
    odd('a file without a header line', 'bare.csv', withoutHeader.join('\n'), 'wrong-header'),
    odd('a file that lacks a column', 'lacks.csv', toCsv(fresh(), CHURN_COLUMNS.slice(1)), 'missing-column'),
    odd(
      'a file with a column too many',
      'more.csv',
      good.replaceAll('\n', ',1\n').replace(',1\n', ',extra\n'),
      'extra-column',
    ),
    odd('a file that is compressed twice', 'rows.csv.gz', gzipSync(gzipSync(good)), 'compressed'),
    odd('an archive', 'rows.zip', Buffer.from('PK\x03\x04 and so on'), 'compressed'),
    odd('a file above data.maxSizeMb', 'large.csv', tooLarge, 'too-large'),
  ];
}

export function uploadScenarios(on: () => World): void {
  const uploads = once(async () => {
    const model = on().model('uploads');
    await model.apply({ data: { maxSizeMb: 1 }, training: { trigger: { newData: false } } });
    return model;
  });
  const verdicts: Promise<unknown>[] = [];
  const judged = async (file: string, body: string | Uint8Array): Promise<DatasetVersion & { upload: Upload }> => {
    const work = (async () => {
      const model = await uploads();
      const upload = await model.upload(file, body);
      return { ...(await model.verdict(upload)), upload };
    })();
    verdicts.push(work.catch(() => {}));
    return work;
  };

  for (const { what, file, body, codes } of oddUploads()) {
    it(`refuses ${what} and says ${codes.join(', ')}`, async () => {
      const dataset = await judged(file, body);
      expect(dataset.verdict).toBe('rejected');
      expect(dataset.reasons.map(({ code }) => code)).toEqual(codes);
      expect(dataset).toMatchObject({ rows: 0 });
      expect(dataset.data).toBeUndefined();
      expect(dataset.report).toBeDefined();
    });
  }

  it('refuses a file that was accepted before under another name', async () => {
    const body = toCsv(fresh());
    const first = await judged('original.csv', body);
    const second = await judged('copy.csv', body);
    expect([first.verdict, second.verdict]).toEqual(['accepted', 'rejected']);
    expect(second.reasons).toMatchObject([{ code: 'duplicate', message: expect.stringContaining('original.csv') }]);
    expect(second.version).not.toBe(first.version);
  });

  it('takes keys with spaces, plus signs, percent signs and other scripts as they are', async () => {
    const file = 'Umsätze a+b (1) 100%20 данные.csv';
    const dataset = await judged(file, toCsv(fresh()));
    expect(dataset).toMatchObject({
      verdict: 'accepted',
      rows: 100,
      source: { key: `${(await uploads()).name}/${file}` },
    });
  });

  it('sets bad rows aside, exactly those and with their reasons', async () => {
    const rows: Record<string, unknown>[] = fresh().map((row) => ({ ...row }));
    Object.assign(rows[6] as object, { age: 999 });
    Object.assign(rows[40] as object, { plan: 'gold', churned: '' });
    Object.assign(rows[99] as object, { active: 'perhaps' });
    const dataset = await judged('some-bad.csv', toCsv(rows));
    expect(dataset).toMatchObject({ verdict: 'accepted-with-quarantine', rows: 97, quarantinedRows: 3 });
    if (!dataset.quarantine || !dataset.data) throw new Error('there is no quarantine or no data');
    const { platform } = on();
    const aside = await readParquet(await readArtifact(platform, dataset.quarantine));
    // a CSV header is line 1
    expect(aside.map((row) => [Number(row.__line), row.customer_id, [...(row.__reasons as string[])].sort()])).toEqual([
      [8, rows[6]?.customer_id, [expect.stringMatching(/age/)]],
      [42, rows[40]?.customer_id, [expect.stringMatching(/churned/), expect.stringMatching(/plan/)]],
      [101, rows[99]?.customer_id, [expect.stringMatching(/active/)]],
    ]);
    expect(aside[0]).toMatchObject({ age: '999' });
    const kept = await readParquet(await readArtifact(platform, dataset.data));
    expect(kept.map((row) => row.customer_id)).toEqual(
      rows.filter((_, i) => ![6, 40, 99].includes(i)).map((row) => row.customer_id),
    );
  });

  it('refuses an upload with too large a share of bad rows, and keeps them for a look', async () => {
    const rows = fresh().map((row, index) => (index % 10 === 0 ? { ...row, age: -1 } : row));
    const dataset = await judged('many-bad.csv', toCsv(rows));
    expect(dataset).toMatchObject({ verdict: 'rejected', rows: 0, quarantinedRows: 10 });
    expect(dataset.reasons[0]).toMatchObject({ code: 'too-many-bad-rows', rows: 10 });
    expect(await readParquet(await readArtifact(on().platform, dataset.quarantine ?? fail()))).toHaveLength(10);
  });

  it('takes Parquet where the spec says so, and refuses one that breaks off', async () => {
    const model = on().model('parquet');
    await model.apply({ data: { format: 'parquet' }, training: { trigger: { newData: false } } });
    const bytes = await parquetOf(fresh());
    const good = await model.verdict(await model.upload('good.parquet', bytes));
    expect(good).toMatchObject({ verdict: 'accepted', rows: 100 });
    const cut = await model.verdict(await model.upload('cut.parquet', bytes.subarray(0, bytes.length - 100)));
    expect(cut).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'truncated' }] });
    const csv = await model.verdict(await model.upload('rows.parquet', toCsv(fresh())));
    expect(csv).toMatchObject({ verdict: 'rejected', reasons: [{ code: 'wrong-format' }] });
  });

  it('says on the bus that an upload is for a model nobody knows', async () => {
    const nobody = on().model('nobody');
    const bus = await listen(on().platform, nobody.name, { model: [nobody.name] });
    try {
      const { key } = await nobody.upload('rows.csv', toCsv(fresh()));
      const event = await bus.next(`word of ${key}`, ({ detail }) => detail.key === key);
      expect(event).toMatchObject({
        'detail-type': 'DatasetRejected',
        detail: { reasons: [{ code: 'unknown-model' }] },
      });
      expect((await on().platform.call('GET', `/registry/models/${nobody.name}`)).status).toBe(404);
    } finally {
      await bus.stop();
    }
  });

  it('makes one data set of an upload however often its event comes', async () => {
    const { platform } = on();
    const dataset = await judged('again.csv', toCsv(fresh()));
    const { key, versionId } = dataset.upload;
    const object = { key, 'version-id': versionId, size: dataset.source.size };
    const bucket = { name: platform.outputs.LandingBucketName };
    const event = { 'detail-type': 'Object Created', source: 'aws.s3', time: dataset.at, detail: { bucket, object } };
    const QueueUrl = platform.outputs.LandingQueueUrl;
    for (let i = 0; i < 2; i++)
      await platform.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
    await drained(platform);
    const model = await uploads();
    expect((await model.datasets()).filter(({ source }) => source.key === key)).toMatchObject([
      { version: dataset.version },
    ]);
  });

  it('makes two data sets of two versions of one object', async () => {
    const [first, second] = [await judged('twice.csv', toCsv(fresh())), await judged('twice.csv', toCsv(fresh()))];
    expect([first.verdict, second.verdict]).toEqual(['accepted', 'accepted']);
    expect(first.source.key).toBe(second.source.key);
    expect(first.source.versionId).not.toBe(second.source.versionId);
    expect(first.version).not.toBe(second.version);
  });

  it('takes a request that is signed by hand', async () => {
    const { platform } = on();
    const model = await uploads();
    const s3 = await platform.signed('s3');
    const { LandingBucketName: bucket } = platform.outputs;
    const host = platform.endpoint
      ? `${platform.endpoint}/${bucket}`
      : `https://${bucket}.s3.${platform.region}.amazonaws.com`;
    const response = await s3.fetch(`${host}/${model.name}/signed.csv`, { method: 'PUT', body: toCsv(fresh()) });
    expect(response.status).toBe(200);
    const versionId = response.headers.get('x-amz-version-id') ?? '';
    expect(await model.verdict({ key: `${model.name}/signed.csv`, versionId })).toMatchObject({
      verdict: 'accepted',
      rows: 100,
    });
  });

  it('takes an upload in parts', async () => {
    const { platform } = on();
    const model = on().model('parts');
    await model.apply({ training: { trigger: { newData: false } } });
    const body = Buffer.from(toCsv(customers(90_000, { from: 1_000_000 })));
    // a part has at least 5 MiB
    expect(body.length).toBeGreaterThan(5 * 1_048_576);
    const key = `${model.name}/parts.csv`;
    const params = { Bucket: platform.outputs.LandingBucketName, Key: key, Body: body };
    const { VersionId = '' } = await new MultipartUpload({ client: platform.s3, params }).done();
    expect(await model.verdict({ key, versionId: VersionId })).toMatchObject({ verdict: 'accepted', rows: 90_000 });
  });

  it('passes over folder markers, and after all of this queues are empty and a good upload is taken', async () => {
    const { platform } = on();
    const model = await uploads();
    await model.upload('', '');
    await model.upload('folder/', '');
    await Promise.all(verdicts);
    const dataset = await model.verdict(await model.uploadRows('last.csv', fresh()));
    expect(dataset).toMatchObject({ verdict: 'accepted', rows: 100 });
    await drained(platform);
    expect(await depth(platform, platform.outputs.LandingDeadLetterQueueUrl)).toBe(0);
    expect((await model.datasets()).filter(({ source }) => source.key.endsWith('/'))).toEqual([]);
    expect(await model.runs()).toEqual([]);
  });
}

function fail(): never {
  throw new Error('there is no quarantine');
}
