import { dynamo, events, s3, sagemaker } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { sageMakerModels } from '../adapters/sagemaker-models.ts';
import { sageMakerStop } from '../adapters/sagemaker-stop.ts';
import { parseEnv } from '../runtime/env.ts';
import { FinishBatchEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(FinishBatchEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  files: lakeFiles(s3(), env.LAKE_BUCKET_NAME),
  jobs: sageMakerStop(sagemaker()),
  models: sageMakerModels(sagemaker()),
  now: () => new Date(),
  // the other half is for Node and what DuckDB does not count
  memoryLimitMb: Math.floor(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE / 2),
});
