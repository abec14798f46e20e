import { batchStarter } from '../adapters/batch-starter.ts';
import { autoScaling, cloudWatch, dynamo, events, s3, sagemaker, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { endpointScaling, scaledEndpoints } from '../adapters/endpoint-scaling.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { sageMakerEndpoints } from '../adapters/sagemaker-endpoints.ts';
import { sageMakerModels } from '../adapters/sagemaker-models.ts';
import { sageMakerStop } from '../adapters/sagemaker-stop.ts';
import { describeExecution } from '../adapters/sfn-executions.ts';
import { parseEnv } from '../runtime/env.ts';
import { ReconcileExecutionsEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ReconcileExecutionsEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  endpoints: scaledEndpoints(sageMakerEndpoints(sagemaker()), endpointScaling(autoScaling(), cloudWatch())),
  jobs: sageMakerStop(sagemaker()),
  models: sageMakerModels(sagemaker()),
  batches: batchStarter(s3(), sfn(), env),
  describe: (executionArn) => describeExecution(sfn(), executionArn),
  now: () => new Date(),
});
