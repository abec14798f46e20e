import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { MergeSetEnv } from '../lambdas/merge-set/env.ts';
import type { PlanSetEnv } from '../lambdas/plan-set/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { ValidatePartEnv } from '../lambdas/validate-part/env.ts';
import type { DataLanding } from './data-landing.ts';
import { datasetValidationDefinition } from './dataset-validation-definition.ts';
import type { FunctionName } from './function-names.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import { StateMachine } from './state-machine.ts';

export interface DatasetValidationProps {
  readonly defaults: FunctionDefaults;
  readonly data: DataLanding;
  readonly registry: ModelRegistry;
}

/** Working files of sets, which expire with those of runs. */
const SETS = 'runs/';
const ARTIFACTS = 'artifacts/';

/** Validates sets of many objects: object by object, then as one data set. */
export class DatasetValidation extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { defaults, data, registry }: DatasetValidationProps) {
    super(scope, id);
    const { landing, lake } = data;
    const TABLE_NAME = registry.table.tableName;
    const LAKE_BUCKET_NAME = lake.bucket.bucketName;
    const LANDING_BUCKET_NAME = landing.bucket.bucketName;
    const EVENT_BUS_NAME = registry.eventBus.eventBusName;

    const duckDb = (
      functionId: string,
      name: FunctionName,
      description: string,
      timeout: Duration,
      environment: Record<string, string>,
    ) =>
      new MillraceFunction(this, functionId, {
        defaults,
        name,
        description,
        environment,
        memoryMb: 3_008,
        timeout,
        ephemeralStorage: Size.gibibytes(10),
      });
    const plan = duckDb('PlanSet', 'plan-set', 'Fixes which objects make up a sealed set', Duration.minutes(15), {
      TABLE_NAME,
      EVENT_BUS_NAME,
      LANDING_BUCKET_NAME,
      LAKE_BUCKET_NAME,
    } satisfies EnvVars<typeof PlanSetEnv>);
    const validatePart = duckDb(
      'ValidatePart',
      'validate-part',
      'Validates one object of a set',
      Duration.minutes(15),
      {
        TABLE_NAME,
        LANDING_BUCKET_NAME,
        LAKE_BUCKET_NAME,
      } satisfies EnvVars<typeof ValidatePartEnv>,
    );
    const merge = duckDb(
      'MergeSet',
      'merge-set',
      'Makes one data set version of the objects of a set',
      Duration.minutes(15),
      {
        TABLE_NAME,
        EVENT_BUS_NAME,
        LAKE_BUCKET_NAME,
      } satisfies EnvVars<typeof MergeSetEnv>,
    );

    for (const writer of [plan, merge]) {
      registry.grantReadWrite(writer);
      registry.grantPublish(writer);
    }
    registry.grantRead(validatePart);
    for (const reader of [plan, validatePart]) landing.grantRead(reader);
    landing.grantListVersions(plan);
    for (const worker of [plan, validatePart, merge]) {
      for (const prefix of [ARTIFACTS, SETS]) {
        lake.grantRead(worker, prefix);
        lake.grantPut(worker, prefix);
      }
    }

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definition: datasetValidationDefinition,
      functions: { PlanSet: plan, ValidatePart: validatePart, MergeSet: merge },
      logRetention: defaults.logRetention,
    });
    // the Map takes its items from there
    lake.grantRead(this.stateMachine.machine, SETS);
  }
}
