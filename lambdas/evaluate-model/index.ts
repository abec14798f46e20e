import { dynamo, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { parseEnv } from '../runtime/env.ts';
import { EvaluateModelEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(EvaluateModelEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  files: lakeFiles(s3(), env.LAKE_BUCKET_NAME),
  now: () => new Date(),
  // DuckDB only reads the holdout here; models and predictions are Node's
  memoryLimitMb: Math.floor(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE / 4),
});
