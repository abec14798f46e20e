import { dynamo, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { s3BatchInputs } from '../adapters/s3-batch-inputs.ts';
import { parseEnv } from '../runtime/env.ts';
import { PrepareBatchEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(PrepareBatchEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  files: lakeFiles(s3(), env.LAKE_BUCKET_NAME),
  inputs: s3BatchInputs(s3()),
  now: () => new Date(),
  // the other half is for Node, the upload's buffers and what DuckDB does not count
  memoryLimitMb: Math.floor(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE / 2),
});
