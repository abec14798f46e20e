import { dynamo, events, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { sfnExecutions } from '../adapters/sfn-executions.ts';
import { parseEnv } from '../runtime/env.ts';
import { StartRolloutEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(StartRolloutEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  rollouts: sfnExecutions(sfn(), env.ROLLOUT_STATE_MACHINE_ARN),
  now: () => new Date(),
});
