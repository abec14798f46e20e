import { SigningEnv } from '../adapters/firehose.ts';
import { awsCalls } from '../infer/aws.ts';
import { emfMetrics } from '../infer/metrics.ts';
import { servedModels } from '../infer/models.ts';
import { parseEnv } from '../runtime/env.ts';
import { ShadowRequestEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ShadowRequestEnv);
const signing = parseEnv(SigningEnv);
const now = () => new Date();
const aws = awsCalls({
  region: signing.AWS_REGION,
  credentials: {
    accessKeyId: signing.AWS_ACCESS_KEY_ID,
    secretAccessKey: signing.AWS_SECRET_ACCESS_KEY,
    ...(signing.AWS_SESSION_TOKEN ? { sessionToken: signing.AWS_SESSION_TOKEN } : {}),
  },
  ...(signing.AWS_ENDPOINT_URL ? { endpointUrl: signing.AWS_ENDPOINT_URL } : {}),
  fetch: (input, init) => fetch(input, init),
});
const metrics = emfMetrics((line) => process.stdout.write(line), now);

export const handler = makeHandler({
  aws,
  models: servedModels({ aws, table: env.TABLE_NAME, lakeBucket: env.LAKE_BUCKET_NAME, metrics, now }),
  table: env.TABLE_NAME,
  metrics,
  now,
  elapsed: () => performance.now(),
  random: Math.random,
});
