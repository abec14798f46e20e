import { dynamo, events, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { s3SpecFiles } from '../adapters/s3-spec-files.ts';
import { parseEnv } from '../runtime/env.ts';
import { ApplySpecEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(ApplySpecEnv);
export const handler = makeHandler({
  landingBucket: env.LANDING_BUCKET_NAME,
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  files: s3SpecFiles(s3(), env.LANDING_BUCKET_NAME),
  now: () => new Date(),
});
