import { Duration } from 'aws-cdk-lib';
import { EventField, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
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
    new Rule(this, 'ModelAlarms', {
      description: 'A model drifts, loses quality or treats groups unequally',
      eventBus,
      eventPattern: millraceEvents('MonitorAlarmRaised'),
      targets: [
        new SnsTopic(this.topic, {
          // a sentence for people; programs subscribe to the bus
          message: RuleTargetInput.fromText(
            `Millrace: ${about('model')}, version ${about('version')}, is in alarm for the window from ${about('windowStart')} to ${about('windowEnd')}. Monitors: ${about('monitors')}. Reasons: ${about('reasons')} Decision: ${about('decisionId')}`,
          ),
          deadLetterQueue: undelivered,
          retryAttempts: 185,
          maxEventAge: Duration.hours(24),
        }),
      ],
    });
  }
}
