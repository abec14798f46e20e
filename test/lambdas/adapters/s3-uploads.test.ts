import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Uploads, uploadMeter } from '../../../lambdas/adapters/s3-uploads.ts';

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

async function meter(chunks: readonly Uint8Array[], text = true) {
  const { stream, result } = uploadMeter(text);
  await pipeline(Readable.from(chunks), stream, async (rest) => {
    for await (const _ of rest);
  });
  return result();
}

describe('s3Uploads', () => {
  it('reads an object by its version, with its key as it is', async () => {
    const { s3, asked } = client((command) =>
      command instanceof HeadObjectCommand ? { ContentLength: 3 } : { Body: Readable.from([Buffer.from('a,b')]) },
    );
    expect(await s3Uploads(s3).size(source)).toBe(3);
    const path = join(folder, 'upload');
    const sha256 = createHash('sha256').update('a,b').digest('hex');
    expect(await s3Uploads(s3).download(source, path, true)).toEqual({ sha256, size: 3 });
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
    expect(await s3Uploads(s3).download(source, join(folder, 'gone'), true)).toBeUndefined();
  });

  it('passes other errors on', async () => {
    const { s3 } = client(() => {
      throw new Error('SlowDown');
    });
    await expect(s3Uploads(s3).size(source)).rejects.toThrow('SlowDown');
  });
});

describe('uploadMeter', () => {
  it('takes UTF-8 however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), async (text, step) => {
        const bytes = Buffer.from(text.toWellFormed());
        const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
          bytes.subarray(i * step, (i + 1) * step),
        );
        expect(await meter(chunks)).toEqual({
          size: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        });
      }),
    );
  });

  it('finds the first byte that is not UTF-8 however it is cut', async () => {
    const bad = fc.constantFrom([0xff], [0xc0], [0x80], [0xe2, 0x41], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0xc3, 0x28]);
    const plain = fc
      .string({ unit: fc.constantFrom('a', 'ü', '€', '🎈'), maxLength: 6 })
      .map((text) => Buffer.from(text));
    await fc.assert(
      fc.asyncProperty(plain, bad, plain, fc.integer({ min: 1, max: 5 }), async (before, wrong, after, step) => {
        const bytes = Buffer.concat([before, Buffer.from(wrong), after]);
        const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
          bytes.subarray(i * step, (i + 1) * step),
        );
        expect((await meter(chunks)).invalidUtf8At).toBe(before.length);
      }),
    );
  });

  it('finds a character that is cut off at the end', async () => {
    expect((await meter([Buffer.from('ab'), Buffer.from([0xe2, 0x82])])).invalidUtf8At).toBe(2);
  });

  it('does not look at what is no text', async () => {
    expect(await meter([Buffer.from([0xff])], false)).not.toHaveProperty('invalidUtf8At');
  });
});
