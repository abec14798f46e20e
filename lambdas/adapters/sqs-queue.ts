import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** A queue that a function looks at and adds to. */
export function sqsQueue(client: SQSClient, QueueUrl: string) {
  return {
    /** Messages that nobody has taken yet, approximately. */
    async waiting(): Promise<number> {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    },
    async send(body: string): Promise<void> {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    },
  };
}
