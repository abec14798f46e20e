import { Readable } from 'node:stream';
import { NoSuchKey, NotFound, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { lakeStreams } from '../../../lambdas/adapters/lake-streams.ts';
import { allOf, chunked } from '../../fixtures/chunks.ts';

const aLake = (send: () => Promise<object>) => lakeStreams({ send } as unknown as S3Client, 'lake');
const failing = (error: Error) => aLake(() => Promise.reject(error));
const gone = { message: 'gone', $metadata: {} };
const forbidden = Object.assign(new Error('AccessDenied'), { name: 'AccessDenied' });

describe('texts of the lake', () => {
  it('are read in pieces, also where a piece ends within a character', async () => {
    const bytes = Buffer.from('1,é\n2,ü\n');
    const Body = Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);
    const pieces = await aLake(async () => ({ Body })).open('a.csv');
    expect((await allOf(pieces ?? chunked('gone'))).join('')).toBe('1,é\n2,ü\n');
  });

  it('are there or gone', async () => {
    expect(await aLake(async () => ({})).has('a.csv')).toBe(true);
    expect(await failing(new NotFound(gone)).has('a.csv')).toBe(false);
    expect(await failing(new NoSuchKey(gone)).open('a.csv')).toBeUndefined();
  });

  it('are not taken for gone when they may not be read', async () => {
    await expect(failing(forbidden).has('a.csv')).rejects.toThrow('AccessDenied');
    await expect(failing(forbidden).open('a.csv')).rejects.toThrow('AccessDenied');
  });
});
