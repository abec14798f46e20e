import { autoScaling, cloudWatch, dynamo, events, sagemaker } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { endpointScaling, scaledEndpoints } from '../adapters/endpoint-scaling.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { sageMakerEndpoints } from '../adapters/sagemaker-endpoints.ts';
import { parseEnv } from '../runtime/env.ts';
import { RepairEndpointEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(RepairEndpointEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  endpoints: scaledEndpoints(sageMakerEndpoints(sagemaker()), endpointScaling(autoScaling(), cloudWatch())),
  now: () => new Date(),
});
