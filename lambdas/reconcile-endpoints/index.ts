import { dynamo, events, sagemaker, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { sageMakerEndpoints } from '../adapters/sagemaker-endpoints.ts';
import { describeExecution, sfnExecutions } from '../adapters/sfn-executions.ts';
import { parseEnv } from '../runtime/env.ts';
import { ReconcileEndpointsEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ReconcileEndpointsEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  endpoints: sageMakerEndpoints(sagemaker()),
  repairs: {
    ...sfnExecutions(sfn(), env.REPAIR_STATE_MACHINE_ARN),
    describe: (executionArn) => describeExecution(sfn(), executionArn),
  },
  now: () => new Date(),
});
