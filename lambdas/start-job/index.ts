import { dynamo, s3, sagemaker, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { lakeStreams } from '../adapters/lake-streams.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { sageMakerJobs } from '../adapters/sagemaker-jobs.ts';
import { sageMakerStatus } from '../adapters/sagemaker-status.ts';
import { sfnTasks } from '../adapters/sfn-tasks.ts';
import { parseEnv } from '../runtime/env.ts';
import { StartJobEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(StartJobEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  sagemaker: sageMakerJobs(sagemaker(), env.TABLE_NAME),
  status: sageMakerStatus(sagemaker()),
  tasks: sfnTasks(sfn()),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  has: lakeStreams(s3(), env.LAKE_BUCKET_NAME).has,
  settings: {
    lakeBucket: env.LAKE_BUCKET_NAME,
    roleArn: env.SAGEMAKER_ROLE_ARN,
    region: env.AWS_REGION,
    stage: env.STAGE,
    asyncTopicArn: env.ASYNC_TOPIC_ARN,
  },
  now: () => new Date(),
});
