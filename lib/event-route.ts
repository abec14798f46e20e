import { Duration } from 'aws-cdk-lib';
import { type EventPattern, type IEventBus, type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENTS, type EventName } from '../domain/events/catalog.ts';
import type { MillraceFunction } from './millrace-function.ts';

/** Matches events of Millrace's own bus by their names in the catalog. */
export function millraceEvents(...names: EventName[]): EventPattern {
  return { source: [...new Set(names.map((name) => EVENTS[name].source))], detailType: names };
}

/** @param key matchers for the object's key, as it is: EventBridge does not encode it */
export const objectCreated = (bucketName: string, key: readonly unknown[]): EventPattern => ({
  source: ['aws.s3'],
  detailType: ['Object Created'],
  detail: { bucket: { name: [bucketName] }, object: { key: [...key] } },
});

export interface EventRouteProps {
  readonly description: string;
  /** Exactly one of `pattern` and `every`. */
  readonly pattern?: EventPattern;
  readonly every?: Duration;
  /** @default the account's default bus, where AWS services publish */
  readonly eventBus?: IEventBus;
  readonly to: IQueue | MillraceFunction;
  /** Takes events the target did not take in 24 hours. */
  readonly undelivered: IQueue;
}

/** A rule with one target; what cannot be delivered is kept, not dropped. */
export class EventRoute extends Construct {
  readonly rule: Rule;

  constructor(scope: Construct, id: string, props: EventRouteProps) {
    super(scope, id);
    if ((props.pattern === undefined) === (props.every === undefined)) {
      throw new Error(`${this.node.path}: give exactly one of pattern and every`);
    }
    this.rule = new Rule(this, 'Rule', {
      description: props.description,
      eventPattern: props.pattern,
      schedule: props.every && Schedule.rate(props.every),
      eventBus: props.eventBus,
      targets: [target(props.to, props.undelivered)],
    });
  }
}

function target(to: IQueue | MillraceFunction, deadLetterQueue: IQueue): IRuleTarget {
  const limits = { deadLetterQueue, retryAttempts: 185, maxEventAge: Duration.hours(24) };
  return 'fn' in to ? new LambdaFunction(to.fn, limits) : new SqsQueue(to, limits);
}
