import { dynamo, sagemaker, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { sageMakerStatus } from '../adapters/sagemaker-status.ts';
import { sfnTasks } from '../adapters/sfn-tasks.ts';
import { parseEnv } from '../runtime/env.ts';
import { ResumeJobEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ResumeJobEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  sagemaker: sageMakerStatus(sagemaker()),
  tasks: sfnTasks(sfn()),
  now: () => new Date(),
});
