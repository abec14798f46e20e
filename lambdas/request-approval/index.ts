import { dynamo, events } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { parseEnv } from '../runtime/env.ts';
import { RequestApprovalEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(RequestApprovalEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  now: () => new Date(),
});
