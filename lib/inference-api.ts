import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  RequestAuthorizer,
  RequestValidator,
  type Resource,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { captureKeys } from '../domain/names.ts';
import type { AuthorizeRequestEnv } from '../lambdas/authorize-request/env.ts';
import type { FeedbackEnv } from '../lambdas/feedback/env.ts';
import type { InferEnv } from '../lambdas/infer/env.ts';
import type { RegistryApiEnv } from '../lambdas/registry-api/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import { acknowledge } from './allow.ts';
import { type ApiConsumer, ApiConsumers } from './api-consumers.ts';
import { ApiGatewayAccount } from './api-gateway-account.ts';
import type { AsyncPredictions } from './async-predictions.ts';
import type { BatchScoring } from './batch-scoring.ts';
import type { Capture } from './capture.ts';
import { addGatewayResponses, DENIED } from './gateway-responses.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';
import type { Rollouts } from './rollout.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import type { ShadowRequests } from './shadow-requests.ts';
import type { TrainingPipeline } from './training-pipeline.ts';

/** Who may call the API: callers with an IAM identity, or holders of a token from an OpenID Connect issuer. */
export type ApiAuthorization =
  | { readonly type: 'iam' }
  | { readonly type: 'jwt'; readonly issuer: string; readonly audience: string };

export interface InferenceApiProps {
  readonly defaults: FunctionDefaults;
  readonly capture: Capture;
  readonly lake: PrivateBucket;
  readonly asyncPredictions: AsyncPredictions;
  readonly registry: ModelRegistry;
  readonly rollouts: Rollouts;
  readonly pipeline: TrainingPipeline;
  readonly batches: BatchScoring;
  /** Takes copies of requests for versions in the shadow. */
  readonly shadowRequests: ShadowRequests;
  readonly authorization: ApiAuthorization;
  /** Who sends a key with predictions. @default nobody needs one */
  readonly consumers?: readonly ApiConsumer[];
  readonly inferConcurrency?: number;
  readonly manageApiGatewayAccount: boolean;
}

/** Requests a second that the stage lets through, and in a burst: a tenth of the account's default. */
const RATE_LIMIT = 1_000;
const BURST_LIMIT = 2_000;

/** REST API gives an integration 29 s; a function that takes longer is paid for after the caller has its 504. */
const CALL_TIMEOUT = Duration.seconds(28);

/** The one door: predictions, labels and the registry. */
export class InferenceApi extends Construct {
  readonly api: RestApi;
  readonly infer: MillraceFunction;
  readonly consumers: ApiConsumers | undefined;

  constructor(scope: Construct, id: string, props: InferenceApiProps) {
    super(scope, id);
    this.infer = this.inferFunction(props);
    const account = props.manageApiGatewayAccount ? new ApiGatewayAccount(this, 'Account') : undefined;
    this.api = this.restApi(props);
    // a stage that logs is refused while the account has no role for it
    if (account) this.api.deploymentStage.node.addDependency(account);

    const method: MethodOptions = {
      ...this.authorize(props),
      requestValidator: new RequestValidator(this, 'RequestValidator', {
        restApi: this.api,
        validateRequestBody: true,
        validateRequestParameters: true,
      }),
    };
    const { root } = this.api;
    const route = (resource: Resource, verb: string, worker: MillraceFunction, options: MethodOptions = {}) =>
      resource.addMethod(verb, new LambdaIntegration(worker.fn, { allowTestInvoke: false }), { ...method, ...options });
    const predicting = { apiKeyRequired: props.consumers !== undefined && props.consumers.length > 0 };
    const registryApi = this.registryFunction(props);
    const v2 = root.addResource('v2');
    // the resource has one variable below it: API Gateway takes no other beside `{model}`
    const model = root.addResource('models').addResource('{model}');
    route(v2, 'ANY', this.infer, predicting);
    for (const face of [v2, root.addResource('v1'), model, root.addResource('endpoints')])
      route(face.addResource('{proxy+}'), 'ANY', this.infer, predicting);
    route(model.addResource('openapi.json'), 'GET', registryApi);
    route(root.addResource('feedback').addResource('{model}'), 'POST', this.feedbackFunction(props));
    route(root.addResource('registry').addResource('{proxy+}'), 'ANY', registryApi);
    // what is nowhere is answered with 404, and not as a request without an identity
    route(root.addResource('{proxy+}'), 'ANY', this.infer);
    addGatewayResponses(this.api, DENIED[props.authorization.type]);
    this.consumers = predicting.apiKeyRequired
      ? new ApiConsumers(this, 'Consumers', { api: this.api, consumers: props.consumers ?? [] })
      : undefined;
    for (const child of this.api.methods) {
      acknowledge(
        child,
        'AwsSolutions-COG4',
        'Callers are IAM identities or hold a JWT; user pools are a choice, not a need',
      );
    }
  }

  private restApi({ defaults }: InferenceApiProps): RestApi {
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: defaults.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new RestApi(this, 'Api', {
      description: 'Millrace: predictions, labels and the registry',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: {
        stageName: 'live',
        throttlingRateLimit: RATE_LIMIT,
        throttlingBurstLimit: BURST_LIMIT,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        // never bodies in logs
        dataTraceEnabled: false,
        metricsEnabled: true,
        tracingEnabled: true,
      },
    });
    // CDK adds an output of its own; the stack's outputs are a contract
    api.node.tryRemoveChild('Endpoint');
    acknowledge(
      api.deploymentStage,
      'AwsSolutions-APIG3',
      'A web ACL costs 5 USD a month at rest; callers are authenticated and throttled, and an ACL can be attached to the stage',
    );
    return api;
  }

  private authorize({ authorization, defaults }: InferenceApiProps): MethodOptions {
    if (authorization.type === 'iam') return { authorizationType: AuthorizationType.IAM };
    const authorizer = new MillraceFunction(this, 'AuthorizeRequest', {
      defaults,
      name: 'authorize-request',
      description: 'Checks the token of a request',
      environment: {
        JWT_ISSUER: authorization.issuer,
        JWT_AUDIENCE: authorization.audience,
      } satisfies EnvVars<typeof AuthorizeRequestEnv>,
      timeout: Duration.seconds(10),
    });
    return {
      authorizationType: AuthorizationType.CUSTOM,
      authorizer: new RequestAuthorizer(this, 'Authorizer', {
        handler: authorizer.fn,
        identitySources: [IdentitySource.header('Authorization')],
        // a cached answer would hold for every route, also those it was not made for
        resultsCacheTtl: Duration.seconds(0),
      }),
    };
  }

  private inferFunction(props: InferenceApiProps): MillraceFunction {
    const { defaults, capture, lake, asyncPredictions, registry, shadowRequests, inferConcurrency } = props;
    const infer = new MillraceFunction(this, 'Infer', {
      defaults,
      name: 'infer',
      description: 'Routes a prediction to its endpoint, or makes it, and captures it',
      environment: {
        TABLE_NAME: registry.table.tableName,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
        CAPTURE_STREAM_NAME: capture.streamName,
        SHADOW_QUEUE_URL: shadowRequests.copies.queue.queueUrl,
      } satisfies EnvVars<typeof InferEnv>,
      memoryMb: 1_024,
      timeout: CALL_TIMEOUT,
      reservedConcurrency: inferConcurrency,
    });
    registry.grantRoute(infer);
    lake.grantRead(infer, 'artifacts/');
    asyncPredictions.grantTake(infer);
    capture.grantSend(infer);
    shadowRequests.grantCopy(infer);
    SageMakerJobs.grantInvokeEndpoint(infer);
    return infer;
  }

  private feedbackFunction({ defaults, capture, registry }: InferenceApiProps): MillraceFunction {
    const feedback = new MillraceFunction(this, 'Feedback', {
      defaults,
      name: 'feedback',
      description: 'Takes labels for earlier predictions',
      environment: {
        TABLE_NAME: registry.table.tableName,
        CAPTURE_STREAM_NAME: capture.streamName,
      } satisfies EnvVars<typeof FeedbackEnv>,
      timeout: CALL_TIMEOUT,
    });
    registry.grantCountLabels(feedback);
    capture.grantSend(feedback);
    return feedback;
  }

  private registryFunction({
    defaults,
    capture,
    lake,
    registry,
    rollouts,
    pipeline,
    authorization,
    batches,
  }: InferenceApiProps): MillraceFunction {
    const registryApi = new MillraceFunction(this, 'RegistryApi', {
      defaults,
      name: 'registry-api',
      description: 'Shows and changes what is registered',
      environment: {
        TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
        CAPTURE_BUCKET_NAME: capture.bucket.bucket.bucketName,
        ROLLOUT_STATE_MACHINE_ARN: rollouts.stateMachine.machine.stateMachineArn,
        API_AUTHORIZATION: authorization.type,
        ...batches.starterEnvironment,
      } satisfies EnvVars<typeof RegistryApiEnv>,
      memoryMb: 512,
      timeout: CALL_TIMEOUT,
    });
    registry.grantReadWrite(registryApi);
    registry.grantPublish(registryApi);
    for (const prefix of ['artifacts/', 'runs/']) lake.grantRead(registryApi, prefix);
    capture.bucket.grantRead(registryApi, captureKeys.records);
    rollouts.stateMachine.grantStart(registryApi);
    pipeline.stateMachine.grantAnswer(registryApi);
    batches.grantStartBatch(registryApi);
    return registryApi;
  }
}
