import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Uploads } from '../../../lambdas/adapters/s3-uploads.ts';

const source = { bucket: 'landing', key: 'churn/a+b %20.csv', versionId: 'v1' };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-uploads-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A client that answers with what `answer` gives, and keeps what it was asked. */
function client(answer: (command: unknown) => unknown) {
  const asked: { name: string; input: unknown }[] = [];
  const s3 = new S3Client({ region: 'us-east-1' });
  s3.send = (async (command: GetObjectCommand | HeadObjectCommand) => {
    asked.push({ name: command.constructor.name, input: command.input });
    return answer(command);
  }) as unknown as typeof s3.send;
  return { s3, asked };
}

describe('s3Uploads', () => {
  it('reads an object by its version, with its key as it is', async () => {
    const { s3, asked } = client((command) =>
      command instanceof HeadObjectCommand ? { ContentLength: 3 } : { Body: Readable.from([Buffer.from('a,b')]) },
    );
    expect(await s3Uploads(s3).size(source)).toBe(3);
    const path = join(folder, 'upload');
    const sha256 = createHash('sha256').update('a,b').digest('hex');
    expect(await s3Uploads(s3).download(source, path)).toEqual({
      sha256,
      size: 3,
      text: { lines: 1, longestLineBytes: 3, widestBytes: 3 },
    });
    expect(await readFile(path, 'utf8')).toBe('a,b');
    const input = { Bucket: 'landing', Key: 'churn/a+b %20.csv', VersionId: 'v1' };
    expect(asked).toEqual([
      { name: 'HeadObjectCommand', input },
      { name: 'GetObjectCommand', input },
    ]);
  });

  it('names no version where the bucket has none', async () => {
    const { s3, asked } = client(() => ({ ContentLength: 0 }));
    await s3Uploads(s3).size({ ...source, versionId: 'null' });
    expect(asked[0]?.input).toEqual({ Bucket: 'landing', Key: source.key });
  });

  it.each([
    ['a missing key', new NoSuchKey({ message: '', $metadata: {} })],
    ['a missing version', Object.assign(new Error(), { name: 'NoSuchVersion' })],
    ['a HEAD without answer', new NotFound({ message: '', $metadata: {} })],
  ])('says that an object is gone for %s', async (_what, error) => {
    const { s3 } = client(() => {
      throw error;
    });
    expect(await s3Uploads(s3).size(source)).toBeUndefined();
    expect(await s3Uploads(s3).download(source, join(folder, 'gone'))).toBeUndefined();
  });

  it('passes other errors on', async () => {
    const { s3 } = client(() => {
      throw new Error('SlowDown');
    });
    await expect(s3Uploads(s3).size(source)).rejects.toThrow('SlowDown');
  });
});
