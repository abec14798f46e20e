import { startRollout } from '../../domain/rollout/start-rollout.ts';
import { dynamo, events, s3, sfn } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { s3ArtifactStore } from '../adapters/s3-artifact-store.ts';
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
const now = () => new Date();

export const handler = makeHandler({
  registry,
  publisher,
  gate: sfnTasks(sfn()),
  lake: lakeReader(s3(), env.LAKE_BUCKET_NAME, s3ArtifactStore(s3(), env.LAKE_BUCKET_NAME)),
  startRollout: (input) => startRollout(input, { registry, publisher, rollouts, now }),
  now,
});
