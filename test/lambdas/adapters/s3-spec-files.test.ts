import { Readable } from 'node:stream';
import { NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3SpecFiles } from '../../../lambdas/adapters/s3-spec-files.ts';

function files(answer: () => unknown) {
  const asked: { input: unknown }[] = [];
  const s3 = new S3Client({ region: 'us-east-1' });
  s3.send = (async (command: { input: unknown }) => {
    asked.push(command);
    return answer();
  }) as unknown as typeof s3.send;
  return { files: s3SpecFiles(s3, 'landing'), asked };
}

describe('s3SpecFiles', () => {
  it('reads what is under the key now', async () => {
    const bytes = Buffer.from('a: 1');
    const { files: specs, asked } = files(() => ({
      VersionId: 'v2',
      ContentLength: 4,
      Body: { transformToByteArray: async () => bytes },
    }));
    expect(await specs.read('specs/a.yaml', 4)).toEqual({ versionId: 'v2', size: 4, bytes });
    expect(asked[0]?.input).toEqual({ Bucket: 'landing', Key: 'specs/a.yaml' });
  });

  it('does not read more than asked for, and lets the connection go', async () => {
    const Body = Readable.from([Buffer.from('a: 12')]);
    const { files: specs } = files(() => ({ VersionId: 'v2', ContentLength: 5, Body }));
    expect(await specs.read('specs/a.yaml', 4)).toEqual({ versionId: 'v2', size: 5 });
    expect(Body.destroyed).toBe(true);
  });

  it('says that there is nothing, and passes other errors on', async () => {
    const gone = files(() => {
      throw new NoSuchKey({ message: '', $metadata: {} });
    });
    expect(await gone.files.read('specs/a.yaml', 4)).toBeUndefined();
    const down = files(() => {
      throw new Error('SlowDown');
    });
    await expect(down.files.read('specs/a.yaml', 4)).rejects.toThrow('SlowDown');
  });

  it('writes JSON', async () => {
    const { files: specs, asked } = files(() => ({}));
    await specs.write('spec-problems/a.json', { problems: [] });
    expect(asked[0]?.input).toEqual({
      Bucket: 'landing',
      Key: 'spec-problems/a.json',
      Body: '{"problems":[]}',
      ContentType: 'application/json',
    });
  });
});
