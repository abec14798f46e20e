import { dynamo, events, s3 } from '../adapters/clients.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { firehosePutBatch, SigningEnv } from '../adapters/firehose.ts';
import { firehoseLines } from '../adapters/firehose-lines.ts';
import { lakeTexts } from '../adapters/lake-texts.ts';
import { countAnswer } from '../adapters/request-counts.ts';
import { parseEnv } from '../runtime/env.ts';
import { FinishAsyncEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(FinishAsyncEnv);
export const handler = makeHandler({
  lake: lakeTexts(s3(), env.LAKE_BUCKET_NAME),
  capture: firehoseLines(firehosePutBatch(parseEnv(SigningEnv), fetch), env.CAPTURE_STREAM_NAME),
  events: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  count: countAnswer(dynamo(), env.TABLE_NAME),
  now: () => new Date(),
  random: Math.random,
});
