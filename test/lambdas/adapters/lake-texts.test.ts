import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { lakeTexts } from '../../../lambdas/adapters/lake-texts.ts';

type Answer = object | Error;
function aLake(...answers: Answer[]) {
  const sent: { name: string; input: Record<string, unknown> }[] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      sent.push({ name: command.constructor.name.replace('Command', ''), input: command.input });
      const answer = answers.shift() ?? {};
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { sent, lake: lakeTexts(client as unknown as S3Client, 'lake') };
}
const failed = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

describe('texts of the lake', () => {
  it('are found with type and time, or not at all', async () => {
    const LastModified = new Date(5);
    const Body = { transformToString: async () => 'text' };
    const { lake } = aLake(
      { Body, ContentType: 'text/csv', LastModified },
      new NoSuchKey({ message: '', $metadata: {} }),
      failed('AccessDenied', 403),
    );
    expect(await lake.find('a')).toEqual({ text: 'text', contentType: 'text/csv', at: LastModified });
    expect(await lake.find('a')).toBeUndefined();
    await expect(lake.find('a')).rejects.toThrow('AccessDenied');
  });

  it('are put once: whoever comes second is told so', async () => {
    const { lake, sent } = aLake(
      {},
      failed('PreconditionFailed', 412),
      failed('ConditionalRequestConflict', 409),
      failed('SlowDown', 503),
    );
    const put = () => lake.putOnce('k', 'text', 'text/csv', { headers: '{}' });
    expect([await put(), await put(), await put()]).toEqual([true, false, false]);
    await expect(put()).rejects.toThrow('SlowDown');
    expect(sent[0]?.input).toMatchObject({
      Bucket: 'lake',
      Key: 'k',
      Body: 'text',
      IfNoneMatch: '*',
      Metadata: { headers: '{}' },
    });
  });

  it('are listed page by page', async () => {
    const LastModified = new Date(5);
    const { lake, sent } = aLake(
      { Contents: [{ Key: 'p/1', LastModified }], IsTruncated: true, NextContinuationToken: 't' },
      { Contents: [{ Key: 'p/2', LastModified }] },
    );
    const keys: string[] = [];
    for await (const { key } of lake.list('p/')) keys.push(key);
    expect(keys).toEqual(['p/1', 'p/2']);
    expect(sent.map(({ input }) => input.ContinuationToken)).toEqual([undefined, 't']);
  });
});
