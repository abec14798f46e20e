import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine as StepFunctionsMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge, allow, allowBy } from './allow.ts';
import { type Definition, INTEGRATIONS, substituted } from './asl.ts';
import type { MillraceFunction } from './millrace-function.ts';
import { arnHere } from './model-registry.ts';

export interface StateMachineProps {
  readonly definition: Definition;
  /** Every function the definition names, by that name. */
  readonly functions: Readonly<Record<string, MillraceFunction>>;
  readonly logRetention: RetentionDays;
}

/** A Standard state machine that may invoke exactly the functions its definition names. */
export class StateMachine extends Construct {
  readonly machine: StepFunctionsMachine;

  constructor(scope: Construct, id: string, props: StateMachineProps) {
    super(scope, id);
    const functions = Object.entries(props.functions).map(([name, { fn }]) => [name, fn.functionArn]);
    const definition = JSON.stringify(props.definition);
    const integrations = Object.entries(INTEGRATIONS)
      .filter(([name]) => definition.includes(substituted(name)))
      .map(([name, arn]) => [name, `arn:${Aws.PARTITION}:${arn}`]);
    this.machine = new StepFunctionsMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: Object.fromEntries([...functions, ...integrations]),
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          retention: props.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        // inputs and results are names and numbers: data goes by S3
        includeExecutionData: true,
      },
    });
    for (const worker of Object.values(props.functions)) worker.grantInvoke(this.machine);
    const labels = Object.values(props.definition.States).flatMap((state) =>
      state.Type === 'Map' ? [state.Label] : [],
    );
    if (labels.length > 0) this.allowChildren(labels);
    acknowledge(
      this.machine.role as unknown as Construct,
      'AwsSolutions-IAM5[Resource::*]',
      'Log delivery and X-Ray actions support no resource; AWS documents them with *',
    );
  }

  /** A Distributed Map starts this machine's own children: in the role's own policy, each would wait for the other. */
  private allowChildren(labels: readonly string[]): void {
    const { role, stateMachineArn, stateMachineName } = this.machine;
    const policy = new Policy(this, 'Children', { roles: [role as Role] });
    allowBy(policy, { actions: ['states:StartExecution'], resources: [stateMachineArn] });
    allowBy(policy, {
      actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      resources: labels.map((label) => arnHere('states', `execution:${stateMachineName}/${label}:*`)),
      because: 'children are named at run time; limited to the Map that starts them',
    });
  }

  /** Start an execution, and look up one that was started before under the same name. */
  grantStart(grantee: IGrantable): void {
    allow(grantee, { actions: ['states:StartExecution'], resources: [this.machine.stateMachineArn] });
    this.grantDescribe(grantee);
  }

  /** Look up executions. */
  grantDescribe(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['states:DescribeExecution'],
      resources: [arnHere('states', `execution:${this.machine.stateMachineName}:*`)],
      because: 'executions are named at run time; limited to this state machine',
    });
  }

  /** Answer tasks that wait for a token. */
  grantAnswer(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
      resources: [this.machine.stateMachineArn],
    });
  }

  /** The same for a function that the machine itself calls: in the role's own policy, each would wait for the other. */
  grantAnswerToTask({ role }: MillraceFunction): void {
    const policy = new Policy(this, 'AnswerTask', { roles: [role] });
    policy.addStatements(
      new PolicyStatement({
        actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
        resources: [this.machine.stateMachineArn],
      }),
    );
  }
}
