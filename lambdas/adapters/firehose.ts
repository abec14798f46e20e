import { AwsClient } from 'aws4fetch';
import * as z from 'zod';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { PutRecordBatch } from './firehose-lines.ts';

const DEADLINE_MS = 5_000;

/** The part of a Lambda's environment that calls to AWS are signed with. */
export const SigningEnv = z.object({
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string().optional(),
  AWS_ENDPOINT_URL: z.string().optional(),
});

const Answer = z.object({ RequestResponses: z.array(z.object({ ErrorCode: z.string().nullish() })) });

/** Signed by hand like the router's calls, so that no further SDK client is needed. */
export function firehosePutBatch(env: z.infer<typeof SigningEnv>, send: typeof fetch): PutRecordBatch {
  const signer = new AwsClient({
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
    region: env.AWS_REGION,
    service: 'firehose',
  });
  const suffix = env.AWS_REGION.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = env.AWS_ENDPOINT_URL ?? `https://firehose.${env.AWS_REGION}.${suffix}/`;
  return async (stream, lines) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Firehose_20150804.PutRecordBatch',
    };
    const Records = lines.map((line) => ({ Data: Buffer.from(line).toString('base64') }));
    const body = JSON.stringify({ DeliveryStreamName: stream, Records });
    const response = await send(await signer.sign(url, { method: 'POST', headers, body }), {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    // a throttled or failing stream has taken nothing
    if (response.status === 429 || response.status >= 500) return lines.map(() => false);
    if (!response.ok) throw new UnavailableError(`PutRecordBatch answered ${response.status}`);
    const { RequestResponses } = Answer.parse(await response.json());
    return RequestResponses.map(({ ErrorCode }) => !ErrorCode);
  };
}
