import type * as z from 'zod';
import { awsCalls } from './aws.ts';
import type { InferEnv } from './env.ts';
import { makeHandler } from './handler.ts';
import { emfMetrics } from './metrics.ts';
import { servedModels } from './models.ts';
import { capturePolicies } from './policies.ts';

/** @throws Error naming the variable */
function required(name: keyof z.input<typeof InferEnv> | AwsVariable): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment: ${name}: required`);
  return value;
}
type AwsVariable = 'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY';

/** Numbers in [0, 1) that nobody can guess, fetched from the system a few hundred at a time. */
function pooledRandom(): () => number {
  const pool = new Uint32Array(512);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    return (pool[used++] as number) / 2 ** 32;
  };
}

const now = () => new Date();
const { AWS_ENDPOINT_URL: endpointUrl, AWS_SESSION_TOKEN: sessionToken } = process.env;
const aws = awsCalls({
  region: required('AWS_REGION'),
  credentials: {
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
  },
  ...(endpointUrl ? { endpointUrl } : {}),
  fetch: (input, init) => fetch(input, init),
});
const metrics = emfMetrics((line) => process.stdout.write(line), now);
const table = required('TABLE_NAME');
const lakeBucket = required('LAKE_BUCKET_NAME');

export const handler = makeHandler({
  aws,
  models: servedModels({ aws, table, lakeBucket, metrics, now }),
  policies: capturePolicies({ aws, table, now }),
  table,
  lakeBucket,
  stream: required('CAPTURE_STREAM_NAME'),
  shadowQueueUrl: required('SHADOW_QUEUE_URL'),
  metrics,
  now,
  elapsed: () => performance.now(),
  random: pooledRandom(),
  codeVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? 'local',
});
