import { dynamo, events, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { s3CurrentObjects } from '../adapters/s3-listing.ts';
import { s3Uploads } from '../adapters/s3-uploads.ts';
import { validationContext } from '../adapters/validation-context.ts';
import { parseEnv } from '../runtime/env.ts';
import { PlanSetEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(PlanSetEnv);
const registry = dynamoRegistry(dynamo(), env.TABLE_NAME);
const artifacts = s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME);
const files = lakeFiles(s3(), env.LAKE_BUCKET_NAME);
// the other half is for Node, the upload's buffers and what DuckDB does not count
const memoryLimitMb = Math.floor(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE / 2);

export const handler = makeHandler({
  landingBucket: env.LANDING_BUCKET_NAME,
  registry,
  artifacts,
  files,
  objects: s3CurrentObjects(s3(), env.LANDING_BUCKET_NAME),
  uploads: s3Uploads(s3()),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  context: (spec, at) => validationContext({ registry, artifacts, files, memoryLimitMb }, spec, at),
  now: () => new Date(),
  memoryLimitMb,
});
