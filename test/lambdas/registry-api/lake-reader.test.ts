import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { lakeReader } from '../../../lambdas/registry-api/lake-reader.ts';
import { anArtifact } from '../../fixtures/entities.ts';

/** A bucket with these objects; everything asked of it is remembered. */
function aBucket(objects: Record<string, string>, refusal?: Error) {
  const asked: object[] = [];
  const client = {
    send: async ({ input }: { input: { Bucket: string; Key: string } }) => {
      asked.push(input);
      const text = objects[input.Key];
      if (refusal) throw refusal;
      if (text === undefined) throw new NoSuchKey({ message: 'no such key', $metadata: {} });
      return { Body: { transformToString: async () => text } };
    },
  } as unknown as S3Client;
  return { client, asked };
}

const store = {
  getBytes: async ({ sha256 }: { sha256: string }) => Buffer.from(JSON.stringify({ sha256 })),
} as never;

describe('reading the lake', () => {
  it('finds the working files of a run', async () => {
    const { client, asked } = aBucket({ 'runs/churn/r1/candidate.json': '{"passed":true}' });
    expect(await lakeReader(client, 'lake', store).runFile('churn', 'r1', 'candidate.json')).toEqual({ passed: true });
    expect(asked).toMatchObject([{ Bucket: 'lake', Key: 'runs/churn/r1/candidate.json' }]);
  });

  it('gives nothing for a file that is not there yet, and fails for any other reason', async () => {
    const missing = lakeReader(aBucket({}).client, 'lake', store);
    expect(await missing.runFile('churn', 'r1', 'candidate.json')).toBeUndefined();
    const denied = lakeReader(aBucket({}, new Error('access denied')).client, 'lake', store);
    await expect(denied.runFile('churn', 'r1', 'candidate.json')).rejects.toThrow('access denied');
  });

  it('reads artifacts through the store, which verifies them', async () => {
    const ref = anArtifact();
    expect(await lakeReader(aBucket({}).client, 'lake', store).artifact(ref)).toEqual({ sha256: ref.sha256 });
  });
});
