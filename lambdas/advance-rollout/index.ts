import { autoScaling, cloudWatch, dynamo, events, s3, sagemaker } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { endpointScaling, scaledEndpoints } from '../adapters/endpoint-scaling.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { sageMakerEndpoints } from '../adapters/sagemaker-endpoints.ts';
import { parseEnv } from '../runtime/env.ts';
import { AdvanceRolloutEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(AdvanceRolloutEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  endpoints: scaledEndpoints(sageMakerEndpoints(sagemaker()), endpointScaling(autoScaling(), cloudWatch())),
  now: () => new Date(),
});
