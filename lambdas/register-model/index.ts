import { dynamo, events, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { lakeFiles } from '../adapters/lake-files.ts';
import { parseEnv } from '../runtime/env.ts';
import { RegisterModelEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(RegisterModelEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  files: lakeFiles(s3(), env.LAKE_BUCKET_NAME),
  codeVersion: env.CODE_VERSION,
  region: env.AWS_REGION,
  now: () => new Date(),
});
