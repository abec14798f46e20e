import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './allow.ts';
import type { MillraceFunction } from './millrace-function.ts';

/** SQS keeps a message 14 days at most: how long people have to look at a failure. */
const KEEP_FAILURES = Duration.days(14);

/** Holds what could not be processed, encrypted, TLS only. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: KEEP_FAILURES,
  });
  acknowledge(queue, 'AwsSolutions-SQS3', 'This queue is the dead-letter queue; an alarm watches it');
  return queue;
}

export interface WorkQueueProps {
  /** Longest run of the function that will work the queue off. */
  readonly workerTimeout: Duration;
  /** Deliveries before a message is set aside. @default 5 */
  readonly maxReceiveCount?: number;
  /** Takes what is set aside. @default a queue of its own */
  readonly deadLetters?: IQueue;
}

export interface FeedOptions {
  /** Messages the worker takes at once. */
  readonly batchSize: number;
  /** Most invocations at a time: the limit on what a flood can use of the account. Lambda allows 2 to 1,000. */
  readonly maxConcurrency: number;
}

/** A queue, its dead-letter queue and the one function that works it off, reporting each failed message by itself. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: IQueue;
  private readonly workerTimeout: Duration;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.workerTimeout = props.workerTimeout;
    this.deadLetters = props.deadLetters ?? deadLetterQueue(this, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Lambda asks for six times the function's timeout, so that a throttled batch is not delivered twice
      visibilityTimeout: Duration.seconds(6 * props.workerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceiveCount ?? 5 },
    });
  }

  /** Lets `worker` take messages off the queue. */
  feed(worker: MillraceFunction, { batchSize, maxConcurrency }: FeedOptions): void {
    if (worker.timeout.toSeconds() > this.workerTimeout.toSeconds()) {
      throw new Error(
        `${this.node.path}: ${worker.node.id} may run ${worker.timeout.toSeconds()} s, the queue counts on ${this.workerTimeout.toSeconds()} s at most`,
      );
    }
    worker.fn.addEventSource(
      new SqsEventSource(this.queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
  }
}
