import { startBatch } from '../../domain/batch/start-batch.ts';
import { startRollout } from '../../domain/rollout/start-rollout.ts';
import { batchStarter } from '../adapters/batch-starter.ts';
import { dynamo, events, s3, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { SigningEnv } from '../adapters/firehose.ts';
import { gatherContext } from '../adapters/gather-context.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
import { s3Links } from '../adapters/s3-links.ts';
import { s3WindowStore } from '../adapters/s3-window-store.ts';
import { sfnExecutions } from '../adapters/sfn-executions.ts';
import { sfnTasks } from '../adapters/sfn-tasks.ts';
import { parseEnv } from '../runtime/env.ts';
import { RegistryApiEnv } from './env.ts';
import { makeHandler } from './handler.ts';
import { lakeReader } from './lake-reader.ts';

const env = parseEnv(RegistryApiEnv);
const registry = dynamoRegistry(dynamo(), env.TABLE_NAME);
const publisher = eventBridgePublisher(events(), env.EVENT_BUS_NAME);
const rollouts = sfnExecutions(sfn(), env.ROLLOUT_STATE_MACHINE_ARN);
const artifacts = s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME);
const now = () => new Date();

export const handler = makeHandler({
  authorization: env.API_AUTHORIZATION,
  registry,
  publisher,
  gate: sfnTasks(sfn()),
  lake: lakeReader(s3(), env.LAKE_BUCKET_NAME, artifacts),
  // the ids of a holdout are in a Parquet file, and this function has no DuckDB: its callers have
  context: (spec, at) => gatherContext({ registry, artifacts, holdoutIds: async () => undefined }, spec, at),
  records: s3WindowStore(s3(), env.CAPTURE_BUCKET_NAME),
  links: s3Links(parseEnv(SigningEnv), now),
  startBatch: (input) => startBatch(input, { registry, publisher, batches: batchStarter(s3(), sfn(), env), now }),
  startRollout: (input) => startRollout(input, { registry, publisher, rollouts, now }),
  now,
});
