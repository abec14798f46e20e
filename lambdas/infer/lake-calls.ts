import { type Aws, AwsCallError } from './aws.ts';

/** Milliseconds for one object of some megabytes. */
const DEADLINE_MS = 10_000;

/** Objects of the lake bucket for requests that are answered later; rare, so that the hot path does not load it. */
export function lakeCalls(aws: Pick<Aws, 'call' | 'objectUrl'>, bucket: string) {
  const url = (key: string) => aws.objectUrl({ bucket, key });

  /** @returns undefined for an object that is not there */
  async function unlessAbsent(ask: () => Promise<Response>): Promise<Response | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof AwsCallError && error.status === 404) return undefined;
      throw error;
    }
  }

  return {
    async put(key: string, body: string, contentType: string): Promise<void> {
      const init = { method: 'PUT', headers: { 'content-type': contentType }, body, deadlineMs: DEADLINE_MS };
      await aws.call('S3.PutObject', 's3', url(key), init);
    },

    find: (key: string): Promise<Response | undefined> =>
      unlessAbsent(() => aws.call('S3.GetObject', 's3', url(key), { method: 'GET', deadlineMs: DEADLINE_MS })),

    async exists(key: string): Promise<boolean> {
      const init = { method: 'HEAD', deadlineMs: DEADLINE_MS };
      return (await unlessAbsent(() => aws.call('S3.HeadObject', 's3', url(key), init))) !== undefined;
    },

    location: (key: string): string => `s3://${bucket}/${key}`,
  };
}
