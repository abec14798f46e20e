import { Duration } from 'aws-cdk-lib';
import { EventField, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EventName } from '../domain/events/catalog.ts';
import { millraceEvents } from './event-route.ts';

export interface AlertsProps {
  readonly eventBus: IEventBus;
  /** @default a topic of Millrace's own */
  readonly topic?: ITopic;
  /** Encrypts a topic of Millrace's own; its policy must let CloudWatch and EventBridge use it. @default none */
  readonly encryptionKey?: IKey;
  readonly undelivered: IQueue;
}

/** Tells people: one topic for alarms of the platform and for alarms about models. */
export class Alerts extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { eventBus, topic, encryptionKey, undelivered }: AlertsProps) {
    super(scope, id);
    this.topic =
      topic ??
      new Topic(this, 'Topic', {
        displayName: 'Millrace',
        enforceSSL: true,
        ...(encryptionKey && { masterKey: encryptionKey }),
      });
    const about = (field: string) => EventField.fromPath(`$.detail.${field}`);
    // sentences for people; programs subscribe to the bus
    const tell = (id: string, event: EventName, description: string, sentence: string) =>
      new Rule(this, id, {
        description,
        eventBus,
        eventPattern: millraceEvents(event),
        targets: [
          new SnsTopic(this.topic, {
            message: RuleTargetInput.fromText(sentence),
            deadLetterQueue: undelivered,
            retryAttempts: 185,
            maxEventAge: Duration.hours(24),
          }),
        ],
      });
    tell(
      'ModelAlarms',
      'MonitorAlarmRaised',
      'A model drifts, loses quality or treats groups unequally',
      `Millrace: ${about('model')}, version ${about('version')}, is in alarm for the window from ${about('windowStart')} to ${about('windowEnd')}. Monitors: ${about('monitors')}. Reasons: ${about('reasons')} Decision: ${about('decisionId')}`,
    );
    tell(
      'FailedBatches',
      'BatchFailed',
      'A batch could not be scored',
      `Millrace: batch ${about('batchId')} of ${about('model')}, version ${about('version')}, failed. ${about('error')}: ${about('cause')}`,
    );
    tell(
      'EndpointAlarms',
      'EndpointDrifted',
      'An endpoint is not as the registry needs it',
      `Millrace: an endpoint of ${about('model')}, version ${about('version')}, does not serve: ${about('reason')}. It is created again and verified; requests go to another version meanwhile, if there is one.`,
    );
  }
}
