import { Aws, Duration } from 'aws-cdk-lib';
import { type IGrantable, type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { REGISTRY_TAG } from '../domain/endpoints/orphans.ts';
import type { ResumeJobEnv } from '../lambdas/resume-job/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { StartJobEnv } from '../lambdas/start-job/env.ts';
import { allow } from './allow.ts';
import type { AsyncPredictions } from './async-predictions.ts';
import { EventRoute } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import { arnHere, type ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';

export interface SageMakerJobsProps {
  readonly defaults: FunctionDefaults;
  readonly lake: PrivateBucket;
  readonly registry: ModelRegistry;
  readonly stage: string;
  readonly asyncPredictions: AsyncPredictions;
}

/** Names derive from model names, which are chosen at run time and share no prefix. */
const NAMES_AT_RUN_TIME = 'names derive from model names, chosen at run time; limited to this account, region and kind';

const any = (...kinds: string[]) => kinds.map((kind) => arnHere('sagemaker', `${kind}/*`));

/** @see https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-sagemaker.html */
const SCALING_SERVICE = 'sagemaker.application-autoscaling.amazonaws.com';
const SCALING_ROLE = 'AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint';
const SCALABLE_ENDPOINTS = {
  resources: [arnHere('application-autoscaling', 'scalable-target/*')],
  conditions: { StringEquals: { 'application-autoscaling:service-namespace': 'sagemaker' } },
  because: 'the service chooses the ids of targets; limited to those of SageMaker',
};
const SCALING_ALARMS = {
  resources: ['millrace-wake-*', 'TargetTracking-endpoint/*'].map((name) => arnHere('cloudwatch', `alarm:${name}`)),
  because: 'named after endpoints, at run time; limited to the alarms that scale them',
};

/** Long SageMaker work: one function starts it under a parked task token, one resumes the state machine when it ends. */
export class SageMakerJobs extends Construct {
  readonly startJob: MillraceFunction;
  readonly resumeJob: MillraceFunction;

  constructor(scope: Construct, id: string, { defaults, lake, registry, stage, asyncPredictions }: SageMakerJobsProps) {
    super(scope, id);
    const role = executionRole(this, lake);
    asyncPredictions.grantAnswer(role);

    this.startJob = new MillraceFunction(this, 'StartJob', {
      defaults,
      name: 'start-job',
      description: 'Starts a SageMaker job or endpoint under its deterministic name',
      environment: {
        TABLE_NAME: registry.table.tableName,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
        SAGEMAKER_ROLE_ARN: role.roleArn,
        ASYNC_TOPIC_ARN: asyncPredictions.topic.topicArn,
        STAGE: stage,
        // Lambda sets AWS_REGION itself and refuses it here
      } satisfies Omit<EnvVars<typeof StartJobEnv>, 'AWS_REGION'>,
      // it checks the digest of a model's bytes
      memoryMb: 1_024,
      timeout: Duration.minutes(2),
    });
    registry.grantReadWrite(this.startJob);
    lake.grantRead(this.startJob, 'artifacts/');
    lake.grantRead(this.startJob, 'runs/');
    allow(this.startJob, {
      actions: [
        'sagemaker:CreateTrainingJob',
        'sagemaker:CreateHyperParameterTuningJob',
        'sagemaker:CreateTransformJob',
        'sagemaker:CreateModel',
        'sagemaker:CreateEndpointConfig',
        'sagemaker:CreateEndpoint',
        'sagemaker:AddTags',
      ],
      resources: any(
        'training-job',
        'hyper-parameter-tuning-job',
        'transform-job',
        'model',
        'endpoint-config',
        'endpoint',
      ),
      because: NAMES_AT_RUN_TIME,
    });
    allow(this.startJob, {
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });

    this.resumeJob = new MillraceFunction(this, 'ResumeJob', {
      defaults,
      name: 'resume-job',
      description: 'Resumes the state machine whose SageMaker job or endpoint changed state',
      environment: { TABLE_NAME: registry.table.tableName } satisfies EnvVars<typeof ResumeJobEnv>,
      timeout: Duration.minutes(2),
      asynchronous: true,
    });
    registry.grantReadWrite(this.resumeJob);
    for (const fn of [this.startJob, this.resumeJob]) {
      allow(fn, {
        actions: [
          'sagemaker:DescribeTrainingJob',
          'sagemaker:DescribeHyperParameterTuningJob',
          'sagemaker:DescribeTransformJob',
          'sagemaker:DescribeEndpoint',
        ],
        resources: any('training-job', 'hyper-parameter-tuning-job', 'transform-job', 'endpoint'),
        because: NAMES_AT_RUN_TIME,
      });
    }
    new EventRoute(this, 'StateChanged', {
      description: 'A SageMaker job or endpoint changed state',
      pattern: {
        source: ['aws.sagemaker'],
        detailType: [
          'SageMaker Training Job State Change',
          'SageMaker HyperParameter Tuning Job State Change',
          'SageMaker Transform Job State Change',
          'SageMaker Endpoint State Change',
        ],
      },
      to: this.resumeJob,
      undelivered: defaults.undelivered,
    });
    // for events that were lost; every minute would be 43,200 invocations a month to save four minutes of waiting
    new EventRoute(this, 'Heartbeat', {
      description: 'Look after overdue SageMaker work',
      every: Duration.minutes(5),
      to: this.resumeJob,
      undelivered: defaults.undelivered,
    });
  }

  /** Call endpoints, for an answer now or later. */
  static grantInvokeEndpoint(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointAsync'],
      resources: any('endpoint'),
      because: NAMES_AT_RUN_TIME,
    });
  }

  /** Stop jobs that nobody waits for any more. */
  static grantStop(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['sagemaker:StopTrainingJob', 'sagemaker:StopHyperParameterTuningJob', 'sagemaker:StopTransformJob'],
      resources: any('training-job', 'hyper-parameter-tuning-job', 'transform-job'),
      because: NAMES_AT_RUN_TIME,
    });
  }

  static grantStopTransform(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['sagemaker:StopTransformJob'],
      resources: any('transform-job'),
      because: NAMES_AT_RUN_TIME,
    });
  }

  /** Delete the model of a transform job that has ended. */
  static grantDeleteModel(grantee: IGrantable): void {
    allow(grantee, { actions: ['sagemaker:DeleteModel'], resources: any('model'), because: NAMES_AT_RUN_TIME });
  }

  static grantDescribeEndpoint(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig'],
      resources: any('endpoint', 'endpoint-config'),
      because: NAMES_AT_RUN_TIME,
    });
  }

  /** Let Application Auto Scaling follow the traffic of endpoints. */
  static grantScaleEndpoint(grantee: IGrantable): void {
    allow(grantee, {
      actions: ['application-autoscaling:RegisterScalableTarget', 'application-autoscaling:PutScalingPolicy'],
      ...SCALABLE_ENDPOINTS,
    });
    allow(grantee, {
      // Application Auto Scaling asks for it in the name of who registers a target
      actions: ['sagemaker:UpdateEndpointWeightsAndCapacities'],
      resources: any('endpoint'),
      because: NAMES_AT_RUN_TIME,
    });
    allow(grantee, { actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DescribeAlarms'], ...SCALING_ALARMS });
    allow(grantee, {
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [
        `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/${SCALING_SERVICE}/${SCALING_ROLE}`,
      ],
      conditions: { StringEquals: { 'iam:AWSServiceName': SCALING_SERVICE } },
    });
  }

  /** List what the account holds, and delete what bears the tag of this registry. */
  static grantRemoveOrphans(grantee: IGrantable, { table }: ModelRegistry): void {
    allow(grantee, { actions: ['application-autoscaling:DeregisterScalableTarget'], ...SCALABLE_ENDPOINTS });
    allow(grantee, { actions: ['cloudwatch:DeleteAlarms'], ...SCALING_ALARMS });
    allow(grantee, {
      actions: ['sagemaker:ListEndpoints', 'sagemaker:ListEndpointConfigs', 'sagemaker:ListModels'],
      resources: ['*'],
      because: 'the actions support no resource',
    });
    allow(grantee, {
      actions: ['sagemaker:ListTags'],
      resources: any('endpoint', 'endpoint-config', 'model'),
      because: NAMES_AT_RUN_TIME,
    });
    allow(grantee, {
      actions: ['sagemaker:DeleteEndpoint', 'sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel'],
      resources: any('endpoint', 'endpoint-config', 'model'),
      conditions: { StringEquals: { [`aws:ResourceTag/${REGISTRY_TAG}`]: table.tableName } },
      because: `${NAMES_AT_RUN_TIME}, and to what bears the tag of this registry`,
    });
  }

  /** Delete what a rolled-back version needed: endpoint, config and model, and what scales the endpoint. */
  static grantDeleteEndpoint(grantee: IGrantable): void {
    allow(grantee, { actions: ['application-autoscaling:DeregisterScalableTarget'], ...SCALABLE_ENDPOINTS });
    allow(grantee, { actions: ['cloudwatch:DeleteAlarms'], ...SCALING_ALARMS });
    allow(grantee, {
      actions: ['sagemaker:DeleteEndpoint', 'sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel'],
      resources: any('endpoint', 'endpoint-config', 'model'),
      because: NAMES_AT_RUN_TIME,
    });
  }
}

/** What a training job or an endpoint may do: read data and models, write one run's output, pull its image, log. */
function executionRole(scope: Construct, lake: PrivateBucket): IRole {
  const role = new Role(scope, 'ExecutionRole', {
    description: 'Training jobs, transform jobs and endpoints of Millrace',
    assumedBy: new ServicePrincipal('sagemaker.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': lake.bucket.stack.account } },
    }),
  });
  for (const prefix of ['artifacts/', 'runs/']) lake.grantRead(role, prefix);
  lake.grantPut(role, 'runs/');
  allow(role, {
    actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
    resources: [
      // the account of the built-in image differs by region
      arnHere('ecr', 'repository/*'),
      arnHere('ecr', 'repository/sagemaker-xgboost').replace(/:[^:]+:repository/, ':*:repository'),
    ],
    because: "reading images: this account's, which specs name at run time, and SageMaker's built-in XGBoost",
  });
  allow(role, {
    actions: ['ecr:GetAuthorizationToken'],
    resources: ['*'],
    because: 'the action supports no resource',
  });
  allow(role, {
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
    resources: [arnHere('logs', 'log-group:/aws/sagemaker/*')],
    because: 'SageMaker makes these log groups and names their streams by job',
  });
  allow(role, {
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    conditions: { StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' } },
    because: 'the action supports no resource; limited to the namespaces of SageMaker',
  });
  return role;
}
