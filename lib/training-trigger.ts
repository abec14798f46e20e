import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { RetrainBudget } from '../domain/training/retrain-budget.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { StartTrainingEnv } from '../lambdas/start-training/env.ts';
import { EventRoute, millraceEvents } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { TrainingPipeline } from './training-pipeline.ts';
import { WorkQueue } from './work-queue.ts';

export interface TrainingTriggerProps {
  readonly defaults: FunctionDefaults;
  readonly registry: ModelRegistry;
  readonly pipeline: TrainingPipeline;
  /** What drift, quality and schedules may start together, of all models. */
  readonly retrainBudget: RetrainBudget;
}

/** Decides, for each reason to train, whether a run starts now, later or not. */
export class TrainingTrigger extends Construct {
  readonly requests: WorkQueue;

  constructor(scope: Construct, id: string, { defaults, registry, pipeline, retrainBudget }: TrainingTriggerProps) {
    super(scope, id);
    const timeout = Duration.seconds(30);
    this.requests = new WorkQueue(this, 'Requests', { workerTimeout: timeout });
    const startTraining = new MillraceFunction(this, 'StartTraining', {
      defaults,
      name: 'start-training',
      description: 'Applies trigger and retrain policies and starts the training pipeline',
      environment: {
        TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
        TRAINING_PIPELINE_ARN: pipeline.stateMachine.machine.stateMachineArn,
        TRAINING_QUEUE_URL: this.requests.queue.queueUrl,
        RETRAIN_RUNS_PER_DAY: String(retrainBudget.runsPerDay),
        RETRAIN_USD_PER_DAY: String(retrainBudget.usdPerDay),
        RETRAIN_USD_PER_MONTH: String(retrainBudget.usdPerMonth),
      } satisfies EnvVars<typeof StartTrainingEnv>,
      timeout,
    });
    this.requests.feed(startTraining, { batchSize: 10, maxConcurrency: 5 });
    registry.grantReadWrite(startTraining);
    registry.grantPublish(startTraining);
    pipeline.stateMachine.grantStart(startTraining);
    // to itself, with a delay: the debounce
    this.requests.queue.grantSendMessages(startTraining);
    new EventRoute(this, 'ReasonToTrain', {
      description: 'Something happened that may start a training run',
      eventBus: registry.eventBus,
      pattern: millraceEvents(
        'DatasetAccepted',
        'MonitorAlarmRaised',
        'RetrainingDue',
        'TrainingRequested',
        'TrainingRunFinished',
      ),
      to: this.requests.queue,
      undelivered: defaults.undelivered,
    });
  }
}
