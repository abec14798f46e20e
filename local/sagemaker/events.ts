import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Context } from './context.ts';
import { delay } from './processes.ts';

const ATTEMPTS = 4;
const RETRY_BASE_MS = 100;
/** An event bus that reserves `aws.*` for itself answers so, however often it is asked. */
const NOT_AUTHORIZED = 'NotAuthorizedForSourceException';

/** The detail types SageMaker sends, by the resource they are about. */
export const DETAIL_TYPE = {
  'training-job': 'SageMaker Training Job State Change',
  'hyper-parameter-tuning-job': 'SageMaker HyperParameter Tuning Job State Change',
  'transform-job': 'SageMaker Transform Job State Change',
  endpoint: 'SageMaker Endpoint State Change',
} as const;

export type EventKind = keyof typeof DETAIL_TYPE;

type PublisherOptions = Pick<Context, 'awsEndpoint' | 'region' | 'accountId' | 'now' | 'log' | 'faults'>;

/**
 * Publishes state changes on the default event bus, one after the other, so that events of one job keep their order.
 * A failure is retried, then logged: as in AWS, an event may be lost.
 */
export class EventPublisher {
  readonly #client: EventBridgeClient;
  readonly #options: PublisherOptions;
  #last: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#client = new EventBridgeClient({
      endpoint: options.awsEndpoint,
      region: options.region,
      credentials: { accessKeyId: options.accountId, secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  }

  publish(kind: EventKind, resourceArn: string, detail: Record<string, unknown>): void {
    const detailType = DETAIL_TYPE[kind];
    const eventDetail = toEventDetail(detail);
    if (this.#options.faults.dropEvent?.(detailType, eventDetail)) return;
    const entry = {
      Source: 'aws.sagemaker',
      DetailType: detailType,
      Resources: [resourceArn],
      Time: this.#options.now(),
      Detail: JSON.stringify(eventDetail),
    };
    this.#last = this.#last.then(() => this.#send(entry));
  }

  /** Waits for what is under way; what cannot be delivered at once is dropped. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#last;
    this.#client.destroy();
  }

  async #send(entry: NonNullable<ConstructorParameters<typeof PutEventsCommand>[0]['Entries']>[number]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { FailedEntryCount, Entries } = await this.#client.send(new PutEventsCommand({ Entries: [entry] }));
        if (!FailedEntryCount) return;
        const { ErrorCode, ErrorMessage } = Entries?.[0] ?? {};
        throw Object.assign(new Error(ErrorMessage ?? 'the entry was refused'), {
          final: ErrorCode === NOT_AUTHORIZED,
        });
      } catch (error) {
        if (attempt >= ATTEMPTS || this.#stopped || (error as { final?: boolean }).final) {
          const reason = error instanceof Error ? error.message : String(error);
          this.#options.log(`lost event "${entry.DetailType}" of ${entry.Resources?.[0]}: ${reason}`);
          return;
        }
        await delay(RETRY_BASE_MS * 2 ** (attempt - 1));
      }
    }
  }
}

/** Events write times in epoch milliseconds, where the API writes seconds, and always carry `Tags`. */
function toEventDetail(detail: Record<string, unknown>): Record<string, unknown> {
  return { ...(milliseconds(detail) as Record<string, unknown>), Tags: {} };
}

function milliseconds(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return /Time(?:stamp)?$/.test(key) ? Math.round(value * 1000) : value;
  if (Array.isArray(value)) return value.map((element) => milliseconds(element));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, milliseconds(member, name)]));
}
