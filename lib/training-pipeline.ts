import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { EvaluateModelEnv } from '../lambdas/evaluate-model/env.ts';
import type { FinishRunEnv } from '../lambdas/finish-run/env.ts';
import type { PrepareTrainingEnv } from '../lambdas/prepare-training/env.ts';
import type { RegisterModelEnv } from '../lambdas/register-model/env.ts';
import type { RequestApprovalEnv } from '../lambdas/request-approval/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { FunctionName } from './function-names.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';
import type { Rollouts } from './rollout.ts';
import type { SageMakerJobs } from './sagemaker-jobs.ts';
import { StateMachine } from './state-machine.ts';
import { trainingPipelineDefinition } from './training-pipeline-definition.ts';

export interface TrainingPipelineProps {
  readonly defaults: FunctionDefaults;
  readonly lake: PrivateBucket;
  readonly registry: ModelRegistry;
  readonly jobs: SageMakerJobs;
  readonly rollouts: Rollouts;
  /** Version of Millrace, recorded in each model version's lineage. */
  readonly codeVersion: string;
}

/** From accepted data to a registered and deployed model version. */
export class TrainingPipeline extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: TrainingPipelineProps) {
    super(scope, id);
    const { defaults, lake, registry, jobs, rollouts } = props;
    const TABLE_NAME = registry.table.tableName;
    const EVENT_BUS_NAME = registry.eventBus.eventBusName;
    const LAKE_BUCKET_NAME = lake.bucket.bucketName;

    const duckDb = (functionId: string, name: FunctionName, description: string, environment: Record<string, string>) =>
      new MillraceFunction(this, functionId, {
        defaults,
        name,
        description,
        environment,
        memoryMb: 3_008,
        timeout: Duration.minutes(15),
        ephemeralStorage: Size.gibibytes(10),
      });
    const prepare = duckDb('Prepare', 'prepare-training', 'Chooses rows, splits them and fits the featurizer', {
      TABLE_NAME,
      LAKE_BUCKET_NAME,
    } satisfies EnvVars<typeof PrepareTrainingEnv>);
    const evaluate = duckDb(
      'Evaluate',
      'evaluate-model',
      'Scores the holdout and decides whether the gates are passed',
      {
        TABLE_NAME,
        LAKE_BUCKET_NAME,
      } satisfies EnvVars<typeof EvaluateModelEnv>,
    );
    const register = new MillraceFunction(this, 'Register', {
      defaults,
      name: 'register-model',
      description: 'Registers the candidate as a model version with its lineage',
      environment: {
        TABLE_NAME,
        EVENT_BUS_NAME,
        LAKE_BUCKET_NAME,
        CODE_VERSION: props.codeVersion,
      } satisfies EnvVars<typeof RegisterModelEnv>,
    });
    const requestApproval = new MillraceFunction(this, 'RequestApproval', {
      defaults,
      name: 'request-approval',
      description: 'Parks the execution until somebody approves or denies',
      environment: { TABLE_NAME, EVENT_BUS_NAME } satisfies EnvVars<typeof RequestApprovalEnv>,
    });
    const finishRun = new MillraceFunction(this, 'FinishRun', {
      defaults,
      name: 'finish-run',
      description: 'Records how a run ended',
      environment: { TABLE_NAME, EVENT_BUS_NAME } satisfies EnvVars<typeof FinishRunEnv>,
    });

    for (const worker of [prepare, evaluate, register, requestApproval, finishRun]) registry.grantReadWrite(worker);
    for (const worker of [register, requestApproval, finishRun]) registry.grantPublish(worker);
    for (const worker of [prepare, evaluate, register]) {
      for (const prefix of ['artifacts/', 'runs/']) {
        lake.grantRead(worker, prefix);
        lake.grantPut(worker, prefix);
      }
    }

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definition: trainingPipelineDefinition,
      functions: {
        PrepareTraining: prepare,
        StartJob: jobs.startJob,
        EvaluateModel: evaluate,
        RegisterModel: register,
        RequestApproval: requestApproval,
        StartRollout: rollouts.startRollout,
        FinishRun: finishRun,
      },
      logRetention: defaults.logRetention,
    });
    this.stateMachine.grantAnswer(jobs.resumeJob);
  }
}
