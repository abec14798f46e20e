import { randomUUID } from 'node:crypto';
import { dynamo, events, s3, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { s3Uploads } from '../adapters/s3-uploads.ts';
import { describeExecution, sfnExecutions } from '../adapters/sfn-executions.ts';
import { validationContext } from '../adapters/validation-context.ts';
import { parseEnv } from '../runtime/env.ts';
import { ValidateUploadEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ValidateUploadEnv);
const registry = dynamoRegistry(dynamo(), env.TABLE_NAME);
const artifacts = s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME);
const files = lakeFiles(s3(), env.LAKE_BUCKET_NAME);
export const handler = makeHandler({
  landingBucket: env.LANDING_BUCKET_NAME,
  registry,
  artifacts,
  context: (spec, at, options) => validationContext({ registry, artifacts, files }, spec, at, options),
  uploads: s3Uploads(s3()),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  now: () => new Date(),
  attemptId: randomUUID,
  sets: {
    start: (name, input) => sfnExecutions(sfn(), env.DATASET_VALIDATION_ARN).start(name, input),
    describe: (executionArn) => describeExecution(sfn(), executionArn),
  },
  // the other half is for Node, the upload's buffers and what DuckDB does not count
  memoryLimitMb: Math.floor(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE / 2),
});
