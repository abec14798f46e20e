import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { s3BatchInputs } from '../../../lambdas/adapters/s3-batch-inputs.ts';

const etagOf = (body: string) => createHash('md5').update(body).digest('hex');

/** A bucket of which one listing shows two objects at a time. */
function bucket(objects: Record<string, string>) {
  const keys = Object.keys(objects);
  const client = {
    async send(command: { constructor: { name: string }; input: Record<string, string> }) {
      const { input } = command;
      if (command.constructor.name === 'GetObjectCommand') {
        const body = objects[input.Key ?? ''];
        if (body === undefined) throw Object.assign(new Error('gone'), { name: 'NoSuchKey' });
        return { Body: Readable.from([Buffer.from(body)]), ETag: `"${etagOf(body)}"` };
      }
      const start = Number(input.ContinuationToken ?? 0);
      const page = keys.filter((key) => key.startsWith(input.Prefix ?? '')).slice(start, start + 2);
      const more = keys.length > start + 2;
      return {
        Contents: page.map((Key) => {
          const body = objects[Key] ?? '';
          return { Key, Size: body.length, ETag: `"${etagOf(body)}"` };
        }),
        IsTruncated: more,
        ...(more && { NextContinuationToken: String(start + 2) }),
      };
    },
  } as unknown as S3Client;
  return s3BatchInputs(client);
}

const PLACE = { bucket: 'in', prefix: 'day/' };

describe('the objects of a batch', () => {
  it('are listed over all pages, by key', async () => {
    const listed = await bucket({ 'day/c': '1', 'day/a': '22', 'day/b': '3' }).list(PLACE, 3);
    expect(listed.map(({ key, size }) => [key, size])).toEqual([
      ['day/a', 2],
      ['day/b', 1],
      ['day/c', 1],
    ]);
    expect(listed[0]?.etag).toBe(etagOf('22'));
  });

  it('are refused when there are too many', async () => {
    const three = bucket({ 'day/c': '1', 'day/a': '22', 'day/b': '3' });
    await expect(three.list(PLACE, 2)).rejects.toThrow('s3://in/day/ has more than 2 objects');
  });

  it('are read while they are those that were listed', () =>
    withWorkFolder('test', async (folder) => {
      const inputs = bucket({ 'day/a': 'rows' });
      const listed = { key: 'day/a', etag: etagOf('rows'), size: 4 };
      await inputs.download('in', listed, join(folder, 'a'));
      expect(String(await readFile(join(folder, 'a')))).toBe('rows');
      const other = inputs.download('in', { ...listed, etag: etagOf('rest') }, join(folder, 'b'));
      await expect(other).rejects.toThrow('s3://in/day/a has been replaced since it was listed');
      const gone = inputs.download('in', { ...listed, key: 'day/b' }, join(folder, 'b'));
      await expect(gone).rejects.toThrow('s3://in/day/b is gone since it was listed');
    }));
});
