import { dynamo, s3, sqs } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { s3CurrentObjects } from '../adapters/s3-listing.ts';
import { sqsQueue } from '../adapters/sqs-queue.ts';
import { parseEnv } from '../runtime/env.ts';
import { ReconcileUploadsEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ReconcileUploadsEnv);
export const handler = makeHandler({
  bucket: env.LANDING_BUCKET_NAME,
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  objects: s3CurrentObjects(s3(), env.LANDING_BUCKET_NAME),
  uploads: sqsQueue(sqs(), env.UPLOADS_QUEUE_URL),
  now: () => new Date(),
});
