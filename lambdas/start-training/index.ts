import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { dynamo, events, sfn, sqs } from '../adapters/clients.ts';
import { dynamoRegistry } from '../adapters/dynamo-registry.ts';
import { eventBridgePublisher } from '../adapters/eventbridge-publisher.ts';
import { sfnExecutions } from '../adapters/sfn-executions.ts';
import { parseEnv } from '../runtime/env.ts';
import { StartTrainingEnv } from './env.ts';
import { makeHandler } from './handler.ts';

const env = parseEnv(StartTrainingEnv);
export const handler = makeHandler({
  registry: dynamoRegistry(dynamo(), env.TABLE_NAME),
  publisher: eventBridgePublisher(events(), env.EVENT_BUS_NAME),
  pipeline: sfnExecutions(sfn(), env.TRAINING_PIPELINE_ARN),
  delay: async (message, seconds) => {
    const MessageBody = JSON.stringify(message);
    await sqs().send(new SendMessageCommand({ QueueUrl: env.TRAINING_QUEUE_URL, MessageBody, DelaySeconds: seconds }));
  },
  budget: {
    runsPerDay: env.RETRAIN_RUNS_PER_DAY,
    usdPerDay: env.RETRAIN_USD_PER_DAY,
    usdPerMonth: env.RETRAIN_USD_PER_MONTH,
  },
  now: () => new Date(),
});
