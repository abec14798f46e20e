import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { Platform } from './platform.ts';
import { until } from './wait.ts';

/** Messages that wait or are being worked on. */
export async function depth({ sqs }: Platform, QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

/** Waits until nothing is left to validate. */
export async function drained(platform: Platform): Promise<void> {
  const { LandingQueueUrl } = platform.outputs;
  const isEmpty = async () => (await depth(platform, LandingQueueUrl)) === 0 || undefined;
  await until('the landing queue to be empty', isEmpty, { seconds: 60 * platform.patience });
}

export interface BusEvent {
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Listens to Millrace's bus, as a system beside it would, from now on. */
export async function listen({ events, sqs, outputs, patience }: Platform, name: string, detail: object) {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const Arn = Attributes?.QueueArn ?? '';
  const EventBusName = outputs.EventBusName;
  const EventPattern = JSON.stringify({ detail });
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern }));
  const Statement = {
    ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn },
    Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await events.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets: [{ Id: 'queue', Arn }] }));
  const heard: BusEvent[] = [];
  const receive = async (): Promise<void> => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    for (const { Body = '', ReceiptHandle } of Messages) {
      heard.push(JSON.parse(Body) as BusEvent);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  };
  return {
    /** The first event that fits. */
    next: (what: string, fits: (event: BusEvent) => boolean) =>
      until(
        what,
        async () => {
          await receive();
          return heard.find(fits);
        },
        { seconds: 40 * patience, seen: () => heard },
      ),
    async stop() {
      await events.send(new RemoveTargetsCommand({ Rule: name, EventBusName, Ids: ['queue'] }));
      await events.send(new DeleteRuleCommand({ Name: name, EventBusName }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
