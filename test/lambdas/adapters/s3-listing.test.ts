import { ListObjectVersionsCommand, type ListObjectVersionsCommandInput, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3CurrentObjects } from '../../../lambdas/adapters/s3-listing.ts';

const LastModified = new Date('2026-11-23T10:00:00Z');

function listing(answers: readonly object[]) {
  const asked: ListObjectVersionsCommandInput[] = [];
  const client = new S3Client({ region: 'eu-test-1' });
  client.send = (async (command: unknown) => {
    if (!(command instanceof ListObjectVersionsCommand)) throw new Error('unexpected call');
    asked.push(command.input);
    return answers[asked.length - 1];
  }) as typeof client.send;
  return { asked, objects: s3CurrentObjects(client, 'landing') };
}

describe('the current objects of a bucket', () => {
  it('leave out replaced and deleted versions, and name the etag as events do', async () => {
    const { objects } = listing([
      {
        Versions: [
          { Key: 'a', VersionId: 'v2', IsLatest: true, Size: 3, ETag: '"e"', LastModified },
          { Key: 'a', VersionId: 'v1', IsLatest: false, Size: 2, LastModified },
          { Key: 'b', IsLatest: true, LastModified },
        ],
        DeleteMarkers: [{ Key: 'c', VersionId: 'v3', IsLatest: true }],
      },
    ]);
    expect(await objects.page({})).toEqual({
      objects: [
        { key: 'a', versionId: 'v2', size: 3, etag: 'e', modifiedAt: LastModified },
        { key: 'b', versionId: 'null', size: 0, modifiedAt: LastModified },
      ],
    });
  });

  it('go on where a page ended, within the versions of one key too', async () => {
    const { objects, asked } = listing([
      { IsTruncated: true, NextKeyMarker: 'a/b', NextVersionIdMarker: 'v7' },
      { IsTruncated: true, NextKeyMarker: 'a/c/' },
      { IsTruncated: false },
    ]);
    const first = await objects.page({ folder: 'a/' });
    const second = await objects.page({ folder: 'a/', cursor: first.next });
    expect(await objects.page({ folder: 'a/', cursor: second.next })).toEqual({ objects: [] });
    const folder = { Bucket: 'landing', Prefix: 'a/', Delimiter: '/' };
    expect(asked).toEqual([
      folder,
      { ...folder, KeyMarker: 'a/b', VersionIdMarker: 'v7' },
      { ...folder, KeyMarker: 'a/c/' },
    ]);
  });
});
