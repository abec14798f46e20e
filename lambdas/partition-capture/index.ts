import { captureFiles } from '../adapters/capture-files.ts';
import { dynamo, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { parseEnv } from '../runtime/env.ts';
import { PartitionCaptureEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(PartitionCaptureEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  files: captureFiles(s3(), env.CAPTURE_BUCKET_NAME),
  now: () => new Date(),
});
