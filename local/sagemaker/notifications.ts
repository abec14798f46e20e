import { AwsClient } from 'aws4fetch';
import type { Context } from './context.ts';
import { delay } from './processes.ts';

const ATTEMPTS = 4;
const RETRY_BASE_MS = 100;
const DEADLINE_MS = 5_000;

/** What SageMaker tells a topic about a request of an asynchronous endpoint. */
export interface AsyncNotification {
  readonly invocationStatus: 'Completed' | 'Failed';
  readonly endpointName: string;
  readonly inferenceId: string;
  readonly inputContentType: string | undefined;
  /** Absent for a body that came with the request. */
  readonly inputLocation: string | undefined;
  readonly output?: { readonly location: string; readonly contentType: string | undefined };
  readonly failureReason?: string;
  readonly receivedAt: Date;
}

/** Publishes to the SNS of the local platform. A failure is retried, then logged: as in AWS, a notification may be lost. */
export class NotificationPublisher {
  readonly #context: Pick<Context, 'awsEndpoint' | 'region' | 'now' | 'log' | 'faults'>;
  readonly #signer: AwsClient;

  constructor(context: Pick<Context, 'awsEndpoint' | 'region' | 'accountId' | 'now' | 'log' | 'faults'>) {
    this.#context = context;
    const { accountId: accessKeyId, region } = context;
    this.#signer = new AwsClient({ accessKeyId, secretAccessKey: 'local', region, service: 'sns', retries: 0 });
  }

  async publish(topicArn: string, notification: AsyncNotification): Promise<void> {
    const { log, faults } = this.#context;
    if (faults.dropNotification?.(notification.inferenceId)) return;
    const Message = JSON.stringify(toMessage(notification, this.#context));
    for (let attempt = 1; ; attempt++) {
      const problem = await this.#send(topicArn, Message).catch((error: Error) => error.message);
      if (problem === undefined) return;
      if (attempt === ATTEMPTS) return log(`lost notification of ${notification.inferenceId}: ${problem}`);
      await delay(RETRY_BASE_MS * 2 ** (attempt - 1));
    }
  }

  /** @returns what went wrong */
  async #send(TopicArn: string, Message: string): Promise<string | undefined> {
    const body = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn, Message }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = await this.#signer.sign(this.#context.awsEndpoint, { method: 'POST', headers, body });
    const response = await fetch(request, { signal: AbortSignal.timeout(DEADLINE_MS) });
    await response.arrayBuffer();
    return response.ok ? undefined : `Publish answered ${response.status}`;
  }
}

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html */
function toMessage(
  { endpointName, inferenceId, invocationStatus, output, failureReason, receivedAt, ...input }: AsyncNotification,
  { region, now }: Pick<Context, 'region' | 'now'>,
): unknown {
  return {
    awsRegion: region,
    eventTime: now().toISOString(),
    receivedTime: receivedAt.toISOString(),
    invocationStatus,
    ...(failureReason === undefined ? {} : { failureReason }),
    requestParameters: {
      contentType: input.inputContentType,
      endpointName,
      inputLocation: input.inputLocation,
    },
    ...(output ? { responseParameters: { contentType: output.contentType, outputLocation: output.location } } : {}),
    inferenceId,
    eventVersion: '1.0',
    eventSource: 'aws:sagemaker',
    eventName: 'InferenceResult',
  };
}
