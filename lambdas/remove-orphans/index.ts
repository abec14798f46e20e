import { autoScaling, cloudWatch, dynamo, sagemaker } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { endpointScaling } from '../adapters/endpoint-scaling.ts';
import { sageMakerInventory } from '../adapters/sagemaker-inventory.ts';
import { parseEnv } from '../runtime/env.ts';
import { RemoveOrphansEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(RemoveOrphansEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  inventory: sageMakerInventory(sagemaker(), endpointScaling(autoScaling(), cloudWatch())),
  table: env.TABLE_NAME,
  now: () => new Date(),
});
