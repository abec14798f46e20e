import { dynamo, events, s3 } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { s3Captures } from '../adapters/s3-captures.ts';
import { s3WindowStore } from '../adapters/s3-window-store.ts';
import { parseEnv } from '../runtime/env.ts';
import { MonitorModelEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(MonitorModelEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  captures: s3Captures(s3(), env.CAPTURE_BUCKET_NAME),
  store: s3WindowStore(s3(), env.CAPTURE_BUCKET_NAME),
  artifacts: s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  writeMetrics: (line) => process.stdout.write(line),
  modelMetrics: env.MODEL_METRICS,
  now: () => new Date(),
  beginWithinMs: 1_000 * env.BEGIN_WITHIN_SECONDS,
});
