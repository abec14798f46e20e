import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ReconcileEndpointsEnv } from '../lambdas/reconcile-endpoints/env.ts';
import type { RemoveOrphansEnv } from '../lambdas/remove-orphans/env.ts';
import type { RepairEndpointEnv } from '../lambdas/repair-endpoint/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import { endpointRepairDefinition } from './endpoint-repair-definition.ts';
import { EventRoute } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { Rollouts } from './rollout.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import { StateMachine } from './state-machine.ts';

export interface EndpointWatchProps {
  readonly defaults: FunctionDefaults;
  readonly registry: ModelRegistry;
  readonly jobs: SageMakerJobs;
  readonly rollouts: Rollouts;
}

/** Keeps SageMaker as the registry has it: repairs endpoints that are needed, deletes what is not. */
export class EndpointWatch extends Construct {
  constructor(scope: Construct, id: string, props: EndpointWatchProps) {
    super(scope, id);
    const machine = this.repairMachine(props);
    this.reconcile(props, machine);
    this.removeOrphans(props);
  }

  private repairMachine({ defaults, registry, jobs, rollouts }: EndpointWatchProps): StateMachine {
    const repair = new MillraceFunction(this, 'Repair', {
      defaults,
      name: 'repair-endpoint',
      description: 'Clears the way for an endpoint that is created again, and writes down what came of it',
      environment: {
        TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
      } satisfies EnvVars<typeof RepairEndpointEnv>,
      timeout: Duration.minutes(1),
    });
    registry.grantReadWrite(repair);
    registry.grantPublish(repair);
    SageMakerJobs.grantDescribeEndpoint(repair);
    SageMakerJobs.grantDeleteEndpoint(repair);
    const machine = new StateMachine(this, 'RepairMachine', {
      definition: endpointRepairDefinition,
      functions: { RepairEndpoint: repair, StartJob: jobs.startJob, VerifyEndpoint: rollouts.verifyEndpoint },
      logRetention: defaults.logRetention,
    });
    machine.grantAnswer(jobs.resumeJob);
    // for an endpoint that is there already
    machine.grantAnswerToTask(jobs.startJob);
    return machine;
  }

  private reconcile({ defaults, registry }: EndpointWatchProps, machine: StateMachine): void {
    const { undelivered } = defaults;
    const reconcile = new MillraceFunction(this, 'Reconcile', {
      defaults,
      name: 'reconcile-endpoints',
      description: 'Compares the endpoints the registry needs with SageMaker, and has them repaired',
      environment: {
        TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
        REPAIR_STATE_MACHINE_ARN: machine.machine.stateMachineArn,
      } satisfies EnvVars<typeof ReconcileEndpointsEnv>,
      timeout: Duration.minutes(2),
      asynchronous: true,
    });
    registry.grantReadWrite(reconcile);
    registry.grantPublish(reconcile);
    SageMakerJobs.grantDescribeEndpoint(reconcile);
    machine.grantStart(reconcile);
    new EventRoute(this, 'EndpointChanged', {
      description: 'An endpoint came to rest in a state, or is being deleted',
      pattern: {
        source: ['aws.sagemaker'],
        detailType: ['SageMaker Endpoint State Change'],
        detail: { EndpointStatus: ['IN_SERVICE', 'FAILED', 'OUT_OF_SERVICE', 'UPDATE_ROLLBACK_FAILED', 'DELETING'] },
      },
      to: reconcile,
      undelivered,
    });
    // for events that were lost, and for what SageMaker sends none of
    new EventRoute(this, 'Reconciliation', {
      description: 'Look whether the endpoints are as the registry needs them',
      every: Duration.minutes(15),
      to: reconcile,
      undelivered,
    });
  }

  private removeOrphans({ defaults, registry }: EndpointWatchProps): void {
    const remove = new MillraceFunction(this, 'RemoveOrphans', {
      defaults,
      name: 'remove-orphans',
      description: 'Deletes endpoints, configurations and models that nothing needs',
      environment: { TABLE_NAME: registry.table.tableName } satisfies EnvVars<typeof RemoveOrphansEnv>,
      timeout: Duration.minutes(10),
      asynchronous: true,
    });
    registry.grantReadWrite(remove);
    SageMakerJobs.grantRemoveOrphans(remove, registry);
    // with its six hours of grace an orphan lives for half a day at most
    new EventRoute(this, 'OrphanRemoval', {
      description: 'Look for endpoints, configurations and models that nothing needs',
      every: Duration.hours(6),
      to: remove,
      undelivered: defaults.undelivered,
    });
  }
}
