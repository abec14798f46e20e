import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { dynamo, s3, sqs } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { s3Captures } from '../adapters/s3-captures.ts';
import { parseEnv } from '../runtime/env.ts';
import { TickMonitorsEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(TickMonitorsEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  captures: s3Captures(s3(), env.CAPTURE_BUCKET_NAME),
  send: async (message) => {
    await sqs().send(new SendMessageCommand({ QueueUrl: env.MONITOR_QUEUE_URL, MessageBody: JSON.stringify(message) }));
  },
});
