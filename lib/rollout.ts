import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AdvanceRolloutEnv } from '../lambdas/advance-rollout/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { StartRolloutEnv } from '../lambdas/start-rollout/env.ts';
import type { VerifyEndpointEnv } from '../lambdas/verify-endpoint/env.ts';
import type { AsyncPredictions } from './async-predictions.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';
import { rolloutDefinition } from './rollout-definition.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import { StateMachine } from './state-machine.ts';

export interface RolloutsProps {
  readonly defaults: FunctionDefaults;
  readonly lake: PrivateBucket;
  readonly registry: ModelRegistry;
  readonly jobs: SageMakerJobs;
  readonly asyncPredictions: AsyncPredictions;
}

/** Brings a model version into service step by step, or takes it back. */
export class Rollouts extends Construct {
  readonly stateMachine: StateMachine;
  readonly startRollout: MillraceFunction;
  readonly verifyEndpoint: MillraceFunction;

  constructor(scope: Construct, id: string, { defaults, lake, registry, jobs, asyncPredictions }: RolloutsProps) {
    super(scope, id);
    const TABLE_NAME = registry.table.tableName;
    const EVENT_BUS_NAME = registry.eventBus.eventBusName;

    const verify = new MillraceFunction(this, 'VerifyEndpoint', {
      defaults,
      name: 'verify-endpoint',
      description: 'Checks that an endpoint serves the right configuration and answers like the scorer',
      environment: { TABLE_NAME, LAKE_BUCKET_NAME: lake.bucket.bucketName } satisfies EnvVars<typeof VerifyEndpointEnv>,
      // it loads the model to compare with, and a serverless endpoint's first answer takes its time
      memoryMb: 1_024,
      timeout: Duration.minutes(5),
    });
    this.verifyEndpoint = verify;
    // it writes down how the scorer compares with the training container
    registry.grantReadWrite(verify);
    for (const prefix of ['artifacts/', 'runs/']) lake.grantRead(verify, prefix);
    SageMakerJobs.grantDescribeEndpoint(verify);
    SageMakerJobs.grantInvokeEndpoint(verify);
    SageMakerJobs.grantScaleEndpoint(verify);
    asyncPredictions.grantAsk(verify);

    const advance = new MillraceFunction(this, 'AdvanceRollout', {
      defaults,
      name: 'advance-rollout',
      description: 'Shifts traffic, judges the candidate, promotes it or rolls it back',
      environment: {
        TABLE_NAME,
        EVENT_BUS_NAME,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
      } satisfies EnvVars<typeof AdvanceRolloutEnv>,
    });
    registry.grantReadWrite(advance);
    lake.grantRead(advance, 'artifacts/');
    registry.grantPublish(advance);
    SageMakerJobs.grantDescribeEndpoint(advance);
    SageMakerJobs.grantDeleteEndpoint(advance);

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definition: rolloutDefinition,
      functions: { StartJob: jobs.startJob, VerifyEndpoint: verify, AdvanceRollout: advance },
      logRetention: defaults.logRetention,
    });
    this.stateMachine.grantAnswer(jobs.resumeJob);
    // for an endpoint that is there already
    this.stateMachine.grantAnswerToTask(jobs.startJob);

    this.startRollout = new MillraceFunction(this, 'StartRollout', {
      defaults,
      name: 'start-rollout',
      description: 'Records a rollout and starts its state machine',
      environment: {
        TABLE_NAME,
        EVENT_BUS_NAME,
        ROLLOUT_STATE_MACHINE_ARN: this.stateMachine.machine.stateMachineArn,
      } satisfies EnvVars<typeof StartRolloutEnv>,
    });
    registry.grantReadWrite(this.startRollout);
    registry.grantPublish(this.startRollout);
    this.stateMachine.grantStart(this.startRollout);
  }
}
