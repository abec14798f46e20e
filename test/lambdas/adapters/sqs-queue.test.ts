import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { sqsQueue } from '../../../lambdas/adapters/sqs-queue.ts';

it('a queue tells how many messages nobody has taken, and takes one more', async () => {
  const sent: unknown[] = [];
  const client = new SQSClient({ region: 'eu-test-1' });
  client.send = (async (command: unknown) => {
    if (command instanceof SendMessageCommand) return void sent.push(command.input);
    if (!(command instanceof GetQueueAttributesCommand)) throw new Error('unexpected call');
    return { Attributes: { ApproximateNumberOfMessages: '7' } };
  }) as typeof client.send;
  const queue = sqsQueue(client, 'https://queue');
  expect(await queue.waiting()).toBe(7);
  await queue.send('text');
  expect(sent).toEqual([{ QueueUrl: 'https://queue', MessageBody: 'text' }]);
});
