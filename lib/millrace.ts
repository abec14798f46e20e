import { readFileSync } from 'node:fs';
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { DEFAULT_RETRAIN_BUDGET, type RetrainBudget } from '../domain/training/retrain-budget.ts';
import { Alerts } from './alerts.ts';
import type { ApiConsumer } from './api-consumers.ts';
import { AsyncPredictions } from './async-predictions.ts';
import { BatchScoring } from './batch-scoring.ts';
import { Capture } from './capture.ts';
import { DataLanding } from './data-landing.ts';
import { hostPlatform } from './duckdb-natives.ts';
import { EndpointWatch } from './endpoint-watch.ts';
import { ExecutionWatch } from './execution-watch.ts';
import { FunctionCode } from './function-code.ts';
import { type ApiAuthorization, InferenceApi } from './inference-api.ts';
import type { FunctionDefaults } from './millrace-function.ts';
import { ModelRegistry } from './model-registry.ts';
import { Monitoring } from './monitoring.ts';
import { Observability } from './observability.ts';
import { packageRoot } from './package-root.ts';
import { Rollouts } from './rollout.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import { ShadowRequests } from './shadow-requests.ts';
import { TrainingPipeline } from './training-pipeline.ts';
import { TrainingTrigger } from './training-trigger.ts';
import { Validation } from './validation.ts';
import { deadLetterQueue } from './work-queue.ts';

export interface MillraceProps {
  /** Name of this deployment; `local` builds the functions for this machine. @default 'prod' */
  readonly stage?: string;
  /** What becomes of buckets and table when the stack goes. @default RemovalPolicy.RETAIN, and the table cannot be deleted */
  readonly removalPolicy?: RemovalPolicy;
  /** Runs the functions in this VPC, which needs ways to S3, DynamoDB, SageMaker, Step Functions, SQS, EventBridge and Firehose. @default none */
  readonly vpc?: IVpc;
  /** @default one for all functions, which lets everything out and nothing in */
  readonly securityGroups?: ISecurityGroup[];
  /** Encrypts buckets, table and capture stream; its policy must let this account's IAM decide. @default keys that AWS manages */
  readonly encryptionKey?: IKey;
  /** Who may call the API. @default { type: 'iam' } */
  readonly apiAuthorization?: ApiAuthorization;
  /** Callers whose predictions are metered and limited by a key they send besides. @default none, and no key is asked for */
  readonly apiConsumers?: readonly ApiConsumer[];
  /** Told of every alarm, of the platform and about models. @default a topic of its own, output AlertTopicArn */
  readonly alarmTopic?: ITopic;
  /** How long uploads stay in the landing bucket. @default Duration.days(365) */
  readonly uploadRetention?: Duration;
  /** How long working files of training runs stay; a version keeps 20 encoded rows to try endpoints with. @default Duration.days(90) */
  readonly workRetention?: Duration;
  /** How long predictions that are answered later can be read, at least a day. @default Duration.days(7) */
  readonly asyncRetention?: Duration;
  /** How long predictions of batches stay, with the rows they left out. @default Duration.days(400) */
  readonly batchRetention?: Duration;
  /** Buckets that batches may read besides the landing bucket. @default none */
  readonly batchInputBuckets?: IBucket[];
  /** How long captured predictions and labels stay. @default Duration.days(400) */
  readonly captureRetention?: Duration;
  /** Windows take labels for as long; at least every model's monitoring.labelHorizon. @default Duration.days(120) */
  readonly labelRetention?: Duration;
  /** CloudWatch metrics of every monitored model, four to six each at 0.30 USD a month. @default false: of all together */
  readonly modelMetrics?: boolean;
  /** How long monitored windows can be looked at and summed. @default Duration.days(400) */
  readonly monitoringRetention?: Duration;
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
  /** @default 'info' */
  readonly logLevel?: FunctionDefaults['logLevel'];
  /** Uploads validated at a time, 2 to 1,000. @default 10 */
  readonly validationConcurrency?: number;
  /**
   * What drift, quality and schedules may start together, of all models, by UTC day and month; 0 stops it. A run is
   * counted at the most it may cost. New data and people are not held back.
   * @default 50 runs and 100 USD a day, 1,000 USD a month
   */
  readonly retrainBudget?: Partial<RetrainBudget>;
  /** Concurrency set aside for predictions alone. @default none: new accounts have too little to reserve from */
  readonly inferConcurrency?: number;
  /** Processor of the functions. @default arm64, or this machine's for stage `local` */
  readonly architecture?: Architecture;
  /** Set the role that API Gateway logs with, a setting of the whole account. @default true */
  readonly manageApiGatewayAccount?: boolean;
}

/** The platform: from an upload to a monitored, retrained model, for any number of models. */
export class Millrace extends Construct {
  readonly data: DataLanding;
  readonly registry: ModelRegistry;
  readonly capture: Capture;
  readonly validation: Validation;
  readonly rollouts: Rollouts;
  readonly trainingPipeline: TrainingPipeline;
  readonly batches: BatchScoring;
  readonly inferenceApi: InferenceApi;
  readonly alerts: Alerts;

  constructor(scope: Construct, id: string, props: MillraceProps = {}) {
    super(scope, id);
    const stage = props.stage ?? 'prod';
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const { encryptionKey, vpc } = props;
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    const architecture = props.architecture ?? (stage === 'local' ? hostArchitecture() : Architecture.ARM_64);
    checkConcurrency(this, 'validationConcurrency', props.validationConcurrency, 2);
    checkConcurrency(this, 'inferConcurrency', props.inferConcurrency, 1);

    const undelivered = deadLetterQueue(this, 'Undelivered');
    const defaults: FunctionDefaults = {
      code: new FunctionCode(this, stage === 'local' ? hostPlatform() : `linux-${duckDbName(architecture)}`),
      architecture,
      undelivered,
      logRetention,
      logLevel: props.logLevel ?? 'info',
      vpc,
      securityGroups: props.securityGroups ?? (vpc && [new SecurityGroup(this, 'Functions', { vpc })]),
    };

    this.data = new DataLanding(this, 'Data', {
      removalPolicy,
      encryptionKey,
      uploadRetention: props.uploadRetention ?? Duration.days(365),
      workRetention: props.workRetention ?? Duration.days(90),
      asyncRetention: atLeastADay(this, 'asyncRetention', props.asyncRetention ?? Duration.days(7)),
      batchRetention: props.batchRetention ?? Duration.days(400),
    });
    const { lake, accessLogs } = this.data;
    const registry = new ModelRegistry(this, 'Registry', { removalPolicy, encryptionKey });
    this.registry = registry;
    this.capture = new Capture(this, 'Capture', {
      removalPolicy,
      encryptionKey,
      accessLogs,
      retention: props.captureRetention ?? Duration.days(400),
      labelRetention: props.labelRetention ?? Duration.days(120),
      recordRetention: props.monitoringRetention ?? Duration.days(400),
      logRetention,
    });
    this.validation = new Validation(this, 'Validation', {
      defaults,
      data: this.data,
      registry,
      maxConcurrency: props.validationConcurrency ?? 10,
    });
    const asyncPredictions = new AsyncPredictions(this, 'AsyncPredictions', {
      defaults,
      lake,
      registry,
      capture: this.capture,
      encryptionKey,
    });
    const jobs = new SageMakerJobs(this, 'SageMaker', { defaults, lake, registry, stage, asyncPredictions });
    this.rollouts = new Rollouts(this, 'Rollout', { defaults, lake, registry, jobs, asyncPredictions });
    this.trainingPipeline = new TrainingPipeline(this, 'Training', {
      defaults,
      lake,
      registry,
      jobs,
      rollouts: this.rollouts,
      codeVersion: packageVersion(),
    });
    const trigger = new TrainingTrigger(this, 'Trigger', {
      defaults,
      registry,
      pipeline: this.trainingPipeline,
      retrainBudget: checkedBudget(this, props.retrainBudget),
    });
    this.batches = new BatchScoring(this, 'Batches', {
      defaults,
      data: this.data,
      registry,
      jobs,
      inputBuckets: props.batchInputBuckets ?? [],
    });
    new ExecutionWatch(this, 'Executions', {
      defaults,
      registry,
      pipeline: this.trainingPipeline,
      rollouts: this.rollouts,
      batches: this.batches,
    });
    const shadowRequests = new ShadowRequests(this, 'Shadow', { defaults, lake, registry });
    new EndpointWatch(this, 'Endpoints', { defaults, registry, jobs, rollouts: this.rollouts });
    this.inferenceApi = new InferenceApi(this, 'Inference', {
      defaults,
      capture: this.capture,
      lake,
      asyncPredictions,
      registry,
      rollouts: this.rollouts,
      pipeline: this.trainingPipeline,
      batches: this.batches,
      shadowRequests,
      authorization: props.apiAuthorization ?? { type: 'iam' },
      consumers: props.apiConsumers,
      inferConcurrency: props.inferConcurrency,
      manageApiGatewayAccount: props.manageApiGatewayAccount ?? true,
    });
    const monitoring = new Monitoring(this, 'Monitoring', {
      defaults,
      capture: this.capture,
      lake,
      registry,
      modelMetrics: props.modelMetrics ?? false,
    });
    this.alerts = new Alerts(this, 'Alerts', {
      eventBus: registry.eventBus,
      topic: props.alarmTopic,
      encryptionKey,
      undelivered,
    });
    new Observability(this, 'Observability', {
      alarmTopic: this.alerts.topic,
      validation: this.validation,
      pipeline: this.trainingPipeline,
      rollouts: this.rollouts,
      inferenceApi: this.inferenceApi,
      deadLetters: {
        Uploads: this.validation.uploads.deadLetters,
        TrainingRequests: trigger.requests.deadLetters,
        Captured: monitoring.captured.deadLetters,
        Windows: monitoring.windows.deadLetters,
        Undelivered: undelivered,
      },
    });
  }
}

const hostArchitecture = (): Architecture => (process.arch === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64);
const duckDbName = (architecture: Architecture) => (architecture.name === 'arm64' ? 'arm64' : 'x64');

function checkConcurrency(scope: Construct, prop: string, value: number | undefined, least: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < least || value > 1_000) {
    throw new Error(`${scope.node.path}: ${prop} must be a whole number from ${least} to 1000, got ${value}`);
  }
}

/** A request waits six hours and is worked on for one at most; S3 counts in days. @throws Error for less than a day */
function atLeastADay(scope: Construct, prop: string, value: Duration): Duration {
  if (value.isUnresolved() || value.toMilliseconds() >= Duration.days(1).toMilliseconds()) return value;
  throw new Error(`${scope.node.path}: ${prop} must be at least 1 day, got ${value.toHumanString()}`);
}

/** @throws Error for what is negative, and for parts of a run */
function checkedBudget(scope: Construct, given: Partial<RetrainBudget> = {}): RetrainBudget {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const budget: RetrainBudget = { ...DEFAULT_RETRAIN_BUDGET, ...set };
  for (const [name, value] of Object.entries(budget) as [keyof RetrainBudget, number][]) {
    if (Token.isUnresolved(value)) continue;
    const whole = name === 'runsPerDay';
    if (!Number.isFinite(value) || value < 0 || (whole && !Number.isInteger(value))) {
      throw new Error(
        `${scope.node.path}: retrainBudget.${name} must be a ${whole ? 'whole ' : ''}number from 0, got ${value}`,
      );
    }
  }
  return budget;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string };
  return version;
}
