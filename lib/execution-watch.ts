import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ReconcileExecutionsEnv } from '../lambdas/reconcile-executions/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { BatchScoring } from './batch-scoring.ts';
import { EventRoute } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { Rollouts } from './rollout.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import type { TrainingPipeline } from './training-pipeline.ts';

export interface ExecutionWatchProps {
  readonly defaults: FunctionDefaults;
  readonly registry: ModelRegistry;
  readonly pipeline: TrainingPipeline;
  readonly rollouts: Rollouts;
  readonly batches: BatchScoring;
}

/** Ends the record of a run, rollout or batch whose execution was stopped, timed out or failed where no Catch reaches. */
export class ExecutionWatch extends Construct {
  constructor(scope: Construct, id: string, { defaults, registry, pipeline, rollouts, batches }: ExecutionWatchProps) {
    super(scope, id);
    const { undelivered } = defaults;
    const reconcile = new MillraceFunction(this, 'Reconcile', {
      defaults,
      name: 'reconcile-executions',
      description: 'Ends runs, rollouts and batches whose execution ended without doing so',
      environment: {
        TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
        ...batches.starterEnvironment,
      } satisfies EnvVars<typeof ReconcileExecutionsEnv>,
      timeout: Duration.minutes(2),
      asynchronous: true,
    });
    registry.grantReadWrite(reconcile);
    registry.grantPublish(reconcile);
    const machines = [pipeline.stateMachine, rollouts.stateMachine, batches.stateMachine];
    for (const machine of machines) machine.grantDescribe(reconcile);
    batches.grantStartBatch(reconcile);
    SageMakerJobs.grantStop(reconcile);
    SageMakerJobs.grantDescribeEndpoint(reconcile);
    SageMakerJobs.grantDeleteEndpoint(reconcile);
    new EventRoute(this, 'ExecutionEnded', {
      description: 'A training pipeline, a rollout or a batch ended badly',
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: machines.map(({ machine }) => machine.stateMachineArn),
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      to: reconcile,
      undelivered,
    });
    // status events are best effort; a run that hangs costs nothing, so this may be slower than SageMaker's heartbeat
    new EventRoute(this, 'Heartbeat', {
      description: 'Look after executions that ended unheard',
      every: Duration.minutes(10),
      to: reconcile,
      undelivered,
    });
  }
}
