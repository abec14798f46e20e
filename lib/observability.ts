import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MONITORS } from '../domain/monitoring/finding.ts';
import type { InferenceApi } from './inference-api.ts';
import type { Rollouts } from './rollout.ts';
import type { TrainingPipeline } from './training-pipeline.ts';
import type { Validation } from './validation.ts';

export interface ObservabilityProps {
  /** Told of every alarm. */
  readonly alarmTopic: ITopic;
  readonly validation: Validation;
  readonly pipeline: TrainingPipeline;
  readonly rollouts: Rollouts;
  readonly inferenceApi: InferenceApi;
  /** Dead-letter queues, by what they hold. */
  readonly deadLetters: Readonly<Record<string, IQueue>>;
}

interface Watch {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  /** Evaluation periods of five minutes in a row. @default 1 */
  readonly periods?: number;
}

const WINDOW_METRICS = [
  'MonitorWindowsOk',
  'MonitorWindowsWarn',
  'MonitorWindowsAlarm',
  'MonitorWindowsInsufficientData',
];
const ENDPOINT_METRICS = ['EndpointsDrifted', 'EndpointRepairsStarted', 'EndpointTrafficMoved', 'OrphansRemoved'];
/** What functions write in embedded metric format. */
const millraceMetric = (metricName: string, dimensionsMap: Record<string, string> = {}) =>
  new Metric({ namespace: 'Millrace', metricName, dimensionsMap, statistic: 'Sum' });

/** Lambda metrics and DLQ depths are summed over this. */
const PERIOD = Duration.minutes(5);

/** Alarms on what needs a person, ten at 0.10 USD a month, and one dashboard (the first three of an account are free). */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { validation, pipeline, rollouts, inferenceApi } = props;
    const sum = { period: PERIOD, statistic: 'Sum' };
    const watches: Watch[] = [
      ...Object.entries(props.deadLetters).map(([name, queue]) => ({
        id: `${name}Failed`,
        description: `Messages that could not be processed wait in the dead-letter queue of ${name}`,
        metric: queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      })),
      {
        id: 'TrainingFailed',
        description: 'A training run failed: its record says where and why',
        metric: pipeline.stateMachine.machine.metricFailed(sum),
      },
      {
        id: 'RolloutFailed',
        description: 'A rollout failed; traffic went back to the champion if it could',
        metric: rollouts.stateMachine.machine.metricFailed(sum),
      },
      {
        id: 'ApiErrors',
        description: 'The API answers with 5xx',
        metric: inferenceApi.api.metricServerError(sum),
        periods: 2,
      },
      {
        id: 'InferErrors',
        description: 'The router fails in a way it did not foresee',
        metric: inferenceApi.infer.fn.metricErrors(sum),
        periods: 2,
      },
      {
        id: 'ValidationThrottled',
        description: 'Uploads wait for concurrency: raise validationConcurrency or the account limit',
        metric: validation.validateUpload.fn.metricThrottles(sum),
        periods: 3,
      },
    ];
    for (const watch of watches) this.alarm(watch, props.alarmTopic);
    this.dashboard(props, watches);
  }

  private alarm({ id, description, metric, periods = 1 }: Watch, topic: ITopic): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: description,
      metric,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }

  private dashboard(
    { pipeline, rollouts, inferenceApi, validation }: ObservabilityProps,
    watches: readonly Watch[],
  ): void {
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12, period: PERIOD });
    const { api, infer } = inferenceApi;
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          graph('Predictions', [api.metricCount(), api.metricClientError(), api.metricServerError()]),
          graph('Latency, ms', [api.metricLatency({ statistic: 'p50' }), api.metricLatency({ statistic: 'p99' })]),
        ],
        [
          graph('Uploads', [
            validation.validateUpload.fn.metricInvocations(),
            validation.validateUpload.fn.metricErrors(),
          ]),
          graph('Router', [infer.fn.metricInvocations(), infer.fn.metricErrors(), infer.fn.metricThrottles()]),
        ],
        [
          graph('Training runs', [
            pipeline.stateMachine.machine.metricStarted(),
            pipeline.stateMachine.machine.metricFailed(),
          ]),
          graph('Rollouts', [
            rollouts.stateMachine.machine.metricStarted(),
            rollouts.stateMachine.machine.metricFailed(),
          ]),
        ],
        [
          graph(
            'Monitored windows',
            WINDOW_METRICS.map((metricName) => millraceMetric(metricName)),
          ),
          graph(
            'Models in alarm, by monitor',
            MONITORS.map((Monitor) => millraceMetric('MonitorAlarms', { Monitor })),
          ),
        ],
        [
          graph(
            'Endpoints',
            ENDPOINT_METRICS.map((metricName) => millraceMetric(metricName)),
          ),
        ],
        [
          graph(
            'What alarms watch',
            watches.map(({ metric }) => metric),
          ),
        ],
      ],
    });
  }
}
