import { dynamo, events, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { parseEnv } from '../runtime/env.ts';
import { MergeSetEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(MergeSetEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  files: lakeFiles(s3(), env.LAKE_BUCKET_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  now: () => new Date(),
  // the other half is for Node and what DuckDB does not count
  memoryLimitMb: Math.floor(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE / 2),
});
