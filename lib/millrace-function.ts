import { Duration, RemovalPolicy, type Size, Token } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allow } from './allow.ts';
import type { FunctionCode } from './function-code.ts';
import type { FunctionName } from './function-names.ts';

/** What all functions of one platform share. */
export interface FunctionDefaults {
  readonly code: FunctionCode;
  readonly architecture: Architecture;
  /** Takes asynchronous events that failed for good. */
  readonly undelivered: IQueue;
  readonly logRetention: RetentionDays;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly vpc?: IVpc;
  readonly securityGroups?: ISecurityGroup[];
}

export interface MillraceFunctionProps {
  readonly defaults: FunctionDefaults;
  /** Folder under `lambdas/`. */
  readonly name: FunctionName;
  readonly description: string;
  /** As the function's `env.ts` asks for; `LOG_LEVEL` is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** MB. Millrace stays at or below 3,008, the most a new account may use. @default 256 */
  readonly memoryMb?: number;
  /** @default Duration.seconds(30) */
  readonly timeout?: Duration;
  /** Room under /tmp. @default 512 MB */
  readonly ephemeralStorage?: Size;
  /** Woken by events without a caller: twice tried again, then set aside. @default false */
  readonly asynchronous?: boolean;
  /** @default no reservation: the function shares the account's concurrency */
  readonly reservedConcurrency?: number;
}

/** A Lambda with a role of its own that can write its own log and nothing else until it is granted more. */
export class MillraceFunction extends Construct implements IGrantable {
  readonly fn: LambdaFunction;
  readonly role: Role;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: MillraceFunctionProps) {
    super(scope, id);
    const { defaults } = props;
    if (props.memoryMb !== undefined && !Token.isUnresolved(props.memoryMb) && props.memoryMb > 3_008) {
      throw new Error(
        `${this.node.path}: memoryMb must be at most 3008, as new accounts allow no more, got ${props.memoryMb}`,
      );
    }
    this.timeout = props.timeout ?? Duration.seconds(30);
    const logGroup = new LogGroup(this, 'Log', {
      retention: defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    if (defaults.vpc) this.allowNetworkInterfaces();
    this.fn = new LambdaFunction(this, 'Function', {
      ...defaults.code.of(props.name),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: defaults.architecture,
      role: this.role,
      memorySize: props.memoryMb ?? 256,
      timeout: this.timeout,
      ephemeralStorageSize: props.ephemeralStorage,
      logGroup,
      environment: { ...props.environment, LOG_LEVEL: defaults.logLevel },
      reservedConcurrentExecutions: props.reservedConcurrency,
      vpc: defaults.vpc,
      securityGroups: defaults.securityGroups,
      ...(props.asynchronous
        ? { retryAttempts: 2, maxEventAge: Duration.hours(6), onFailure: new SqsDestination(defaults.undelivered) }
        : {}),
    });
  }

  get grantPrincipal(): IPrincipal {
    return this.role;
  }

  /** Invoke this version of the code, not its versions and aliases, of which there are none. */
  grantInvoke(grantee: IGrantable): void {
    allow(grantee, { actions: ['lambda:InvokeFunction'], resources: [this.fn.functionArn] });
  }

  private allowNetworkInterfaces(): void {
    allow(this.role, {
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeSubnets',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
      because: 'Lambda makes the network interfaces in the VPC; these actions name no resource beforehand',
    });
  }
}
