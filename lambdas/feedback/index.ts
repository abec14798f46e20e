import { dynamo } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { firehosePutBatch, SigningEnv } from '../adapters/firehose.ts';
import { firehoseLines } from '../adapters/firehose-lines.ts';
import { judgedRequests } from '../adapters/judged-requests.ts';
import { parseEnv } from '../runtime/env.ts';
import { FeedbackEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(FeedbackEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  judged: judgedRequests(dynamo(), env.TABLE_NAME),
  send: firehoseLines(firehosePutBatch(parseEnv(SigningEnv), fetch), env.CAPTURE_STREAM_NAME),
  now: () => new Date(),
});
