import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../lib/function-names.ts';
import { Millrace } from '../../lib/index.ts';
import { aStack, aTemplate, resourcesOf, statementsOf } from './platform.ts';

const template = aTemplate();
const functions = resourcesOf(template, 'AWS::Lambda::Function');

/** Paths at which two JSON values differ. */
function differences(left: unknown, right: unknown, path = ''): string[] {
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return [path];
  const [a, b] = [left as Record<string, unknown>, right as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], `${path}/${key}`),
  );
}

describe('the stack', () => {
  it('has the outputs that the CLI reads, and no other', () => {
    expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([
      'AlertTopicArn',
      'ApiId',
      'ApiStage',
      'ApiUrl',
      'CaptureBucketName',
      'EventBusName',
      'LakeBucketName',
      'LandingBucketName',
      'LandingDeadLetterQueueUrl',
      'LandingQueueUrl',
      'RolloutStateMachineArn',
      'TableName',
      'TrainingPipelineArn',
    ]);
  });

  it('has no custom resource and nothing that is SageMaker’s: models are data', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.filter((type) => /^Custom::|CustomResource$|^AWS::SageMaker::/.test(type))).toEqual([]);
  });

  it('is far from CloudFormation’s limits of 500 resources and 1 MB', () => {
    const json = template.toJSON();
    expect(Object.keys(json.Resources).length).toBeLessThan(350);
    expect(JSON.stringify(json).length).toBeLessThan(400_000);
  });

  it('is the same twice: nothing in it depends on time or chance', () => {
    expect(aTemplate().toJSON()).toEqual(template.toJSON());
  });

  it('for the local platform differs in the processor, and in what start-job knows of the stage', () => {
    const found = differences(template.toJSON().Resources, aTemplate({ stage: 'local' }).toJSON().Resources);
    const kinds = new Set(found.map((path) => path.replace(/^\/Millrace\w+/, '')));
    const processor = process.arch === 'arm64' ? [] : ['/Properties/Architectures/0'];
    expect([...kinds].sort()).toEqual([...processor, '/Properties/Environment/Variables/STAGE']);
    expect(found.filter((path) => path.endsWith('STAGE'))).toHaveLength(1);
  });

  it('can be part of another team’s stack', () => {
    const app = new App({ context: { 'millrace:stub-code': true } });
    const theirs = new Stack(app, 'Theirs');
    const { data } = new Millrace(theirs, 'Models', {});
    expect(data.landing.bucket.bucketName).toBeDefined();
    expect(() => Template.fromStack(theirs)).not.toThrow();
  });

  it('refuses a concurrency that Lambda would refuse, with the path of the construct', () => {
    expect(() => aStack({ validationConcurrency: 1 })).toThrow(
      'Millrace/Millrace: validationConcurrency must be a whole number from 2 to 1000, got 1',
    );
  });

  const budgetOf = (props?: Parameters<typeof aTemplate>[0]) => {
    const found = resourcesOf(aTemplate(props), 'AWS::Lambda::Function').filter(([id]) => id.includes('StartTraining'));
    const { RETRAIN_RUNS_PER_DAY, RETRAIN_USD_PER_DAY, RETRAIN_USD_PER_MONTH } =
      found[0]?.[1].Properties.Environment.Variables ?? {};
    return [RETRAIN_RUNS_PER_DAY, RETRAIN_USD_PER_DAY, RETRAIN_USD_PER_MONTH];
  };

  it('has a budget for what retrains by itself, which a team may set in parts', () => {
    expect(budgetOf()).toEqual(['50', '100', '1000']);
    expect(budgetOf({ retrainBudget: { runsPerDay: 0, usdPerMonth: 12.5, usdPerDay: undefined } })).toEqual([
      '0',
      '100',
      '12.5',
    ]);
  });

  for (const [retrainBudget, message] of [
    [{ runsPerDay: 1.5 }, 'retrainBudget.runsPerDay must be a whole number from 0, got 1.5'],
    [{ usdPerDay: -1 }, 'retrainBudget.usdPerDay must be a number from 0, got -1'],
    [{ usdPerMonth: Number.POSITIVE_INFINITY }, 'retrainBudget.usdPerMonth must be a number from 0, got Infinity'],
  ] as const) {
    it(`refuses a budget of ${JSON.stringify(retrainBudget)}`, () => {
      expect(() => aStack({ retrainBudget })).toThrow(`Millrace/Millrace: ${message}`);
    });
  }
});

describe('every function', () => {
  it('is there, but for the token check that IAM makes needless', () => {
    expect(functions).toHaveLength(FUNCTION_NAMES.length - 1);
  });

  it('runs on arm64 and Node 24, within what a new account may use', () => {
    for (const [id, { Properties }] of functions) {
      expect(Properties.Runtime, id).toBe('nodejs24.x');
      expect(Properties.Architectures, id).toEqual(['arm64']);
      expect(Properties.MemorySize, id).toBeLessThanOrEqual(3_008);
      expect(Properties.ReservedConcurrentExecutions, id).toBeUndefined();
    }
  });

  it('logs into a group that forgets after a month', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    for (const [id, { Properties }] of functions)
      expect(Properties.LoggingConfig.LogGroup.Ref, id).toMatch(/^Millrace/);
  });

  it('has a role of its own', () => {
    const roles = functions.map(([, { Properties }]) => Properties.Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(functions.length);
  });

  it('that judges windows begins none that it has no time to end', () => {
    const [, monitor] = functions.find(([id]) => id.includes('MonitoringMonitorModel')) ?? [];
    const { Timeout, Environment } = monitor?.Properties ?? {};
    expect(2 * Number(Environment?.Variables.BEGIN_WITHIN_SECONDS)).toBe(Timeout);
  });
  it('that no caller waits for sets aside what it fails at', () => {
    const configs = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig');
    const names = configs.map(([, { Properties }]) => Properties.FunctionName.Ref.replace(/Function.*/, '')).sort();
    expect(names).toEqual([
      'MillraceAsyncPredictionsFinishAsync',
      'MillraceEndpointsReconcile',
      'MillraceEndpointsRemoveOrphans',
      'MillraceExecutionsReconcile',
      'MillraceMonitoringTickMonitors',
      'MillraceSageMakerResumeJob',
      'MillraceValidationApplySpec',
      'MillraceValidationReconcileUploads',
    ]);
    for (const [, { Properties }] of configs) expect(Properties.DestinationConfig.OnFailure.Destination).toBeDefined();
  });

  it('runs in the VPC it is given, and may make its network interfaces', () => {
    const stack = new Stack(new App(), 'Network', { env: { account: '111122223333', region: 'us-east-1' } });
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
    });
    const inside = aTemplate({ vpc });
    inside.allResourcesProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: ['subnet-0123456789abcdef0'] } });
    const actions = statementsOf(inside, 'MillraceInferenceInfer').flatMap(({ Action }) => Action);
    expect(actions).toContain('ec2:CreateNetworkInterface');
    // one for all: Lambda makes network interfaces per pair of subnet and security group
    inside.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  });
});

describe('the API', () => {
  const methods = resourcesOf(template, 'AWS::ApiGateway::Method');

  it('asks for an IAM identity and validates on every route', () => {
    expect(methods).toHaveLength(9);
    for (const [id, { Properties }] of methods) {
      expect(Properties.AuthorizationType, id).toBe('AWS_IAM');
      expect(Properties.RequestValidatorId, id).toBeDefined();
    }
  });

  it('asks for a token on every route when there is an issuer, and remembers no answer', () => {
    const jwt = aTemplate({
      apiAuthorization: { type: 'jwt', issuer: 'https://id.example.com', audience: 'millrace' },
    });
    for (const [id, { Properties }] of resourcesOf(jwt, 'AWS::ApiGateway::Method')) {
      expect(Properties.AuthorizationType, id).toBe('CUSTOM');
      expect(Properties.AuthorizerId, id).toBeDefined();
    }
    jwt.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 0,
    });
    jwt.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ JWT_ISSUER: 'https://id.example.com', JWT_AUDIENCE: 'millrace' }) },
    });
  });

  it('has one variable below a resource: API Gateway refuses a second', () => {
    const resources = resourcesOf(template, 'AWS::ApiGateway::Resource').map(([, { Properties }]) => Properties);
    const variables = resources.filter(({ PathPart }) => PathPart.startsWith('{'));
    const parents = variables.map(({ ParentId }) => JSON.stringify(ParentId));
    expect(parents.length).toBeGreaterThan(6);
    expect(new Set(parents).size).toBe(parents.length);
  });

  for (const [who, props, denied] of [
    ['IAM', {}, '$context.error.messageString'],
    [
      'tokens',
      { apiAuthorization: { type: 'jwt', issuer: 'https://id.example.com', audience: 'millrace' } as const },
      '"$context.authorizer.reason"',
    ],
  ] as const) {
    it(`answers by itself with problem details, with ${who}`, () => {
      const answers = resourcesOf(aTemplate(props), 'AWS::ApiGateway::GatewayResponse').map(
        ([, { Properties }]) => Properties,
      );
      const statuses = answers.map(({ ResponseType, StatusCode }) => [ResponseType, StatusCode]);
      expect(Object.fromEntries(statuses)).toEqual({
        UNAUTHORIZED: '401',
        MISSING_AUTHENTICATION_TOKEN: '401',
        INVALID_SIGNATURE: '401',
        EXPIRED_TOKEN: '401',
        ACCESS_DENIED: '403',
        INVALID_API_KEY: '403',
        REQUEST_TOO_LARGE: '413',
        THROTTLED: '429',
        QUOTA_EXCEEDED: '429',
        INTEGRATION_FAILURE: '503',
        INTEGRATION_TIMEOUT: '504',
        DEFAULT_4XX: undefined,
        DEFAULT_5XX: undefined,
      });
      for (const { ResponseType, ResponseParameters, ResponseTemplates, StatusCode } of answers) {
        const body = JSON.parse(
          ResponseTemplates['application/json'].replaceAll('$context.error.messageString', '"x"'),
        );
        expect(body, ResponseType).toMatchObject({ type: 'about:blank', error: body.detail });
        if (StatusCode) expect(String(body.status), ResponseType).toBe(StatusCode);
        expect(ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
        const retried = 'gatewayresponse.header.Retry-After' in ResponseParameters;
        expect(retried, ResponseType).toBe(['429', '503'].includes(StatusCode));
      }
      const [forbidden] = answers.filter(({ ResponseType }) => ResponseType === 'ACCESS_DENIED');
      expect(forbidden.ResponseTemplates['application/json']).toContain(`"detail":${denied}`);
    });
  }

  describe('with consumers', () => {
    const consumers = [
      { name: 'web', rateLimit: 50, burstLimit: 100, quotaPerDay: 100_000 },
      { name: 'batch', rateLimit: 0.5, burstLimit: 1 },
    ];
    const metered = aTemplate({ apiConsumers: consumers });

    it('asks for a key where predictions are made, besides the identity, and nowhere else', () => {
      const open = resourcesOf(metered, 'AWS::ApiGateway::Method').filter(
        ([, { Properties }]) => !Properties.ApiKeyRequired,
      );
      for (const [id, { Properties }] of resourcesOf(metered, 'AWS::ApiGateway::Method'))
        expect(Properties.AuthorizationType, id).toBe('AWS_IAM');
      // the document of a model, labels, the registry, and what is nowhere
      expect(open.map(([id]) => id.replace(/^MillraceInferenceApi|[0-9A-F]{8}$/g, '')).sort()).toEqual([
        'feedbackmodelPOST',
        'modelsmodelopenapijsonGET',
        'proxyANY',
        'registryproxyANY',
      ]);
      for (const [, { Properties }] of methods) expect(Properties.ApiKeyRequired ?? false).toBe(false);
    });

    it('gives each a plan with its limits, and a key', () => {
      const plans = resourcesOf(metered, 'AWS::ApiGateway::UsagePlan').map(([, { Properties }]) => Properties);
      expect(plans.map(({ Throttle, Quota }) => [Throttle, Quota])).toEqual([
        [
          { RateLimit: 50, BurstLimit: 100 },
          { Limit: 100_000, Period: 'DAY' },
        ],
        [{ RateLimit: 0.5, BurstLimit: 1 }, undefined],
      ]);
      for (const { ApiStages } of plans) expect(ApiStages).toHaveLength(1);
      metered.resourceCountIs('AWS::ApiGateway::ApiKey', 2);
      metered.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 2);
      template.resourceCountIs('AWS::ApiGateway::UsagePlan', 0);
    });

    for (const [wrong, message] of [
      [{ name: 'a b' }, 'a consumer’s name must be letters, digits and hyphens, 1 to 64, got a b'],
      [{ name: 'batch' }, 'each consumer’s name must be given once, got batch'],
      [{ rateLimit: 0 }, 'rateLimit of consumer web must be a number above 0, got 0'],
      [{ burstLimit: 1.5 }, 'burstLimit of consumer web must be a whole number from 1, got 1.5'],
      [{ quotaPerDay: 0 }, 'quotaPerDay of consumer web must be a whole number from 1, got 0'],
    ] as const) {
      it(`refuses a consumer with ${JSON.stringify(wrong)}`, () => {
        const [web, batch] = consumers as [(typeof consumers)[0], (typeof consumers)[0]];
        expect(() => aStack({ apiConsumers: [batch, { ...web, ...wrong }] })).toThrow(message);
      });
    }
  });

  it('is regional, throttled and logged, without bodies', () => {
    template.hasResourceProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      AccessLogSetting: Match.objectLike({ DestinationArn: Match.anyValue() }),
      MethodSettings: [
        Match.objectLike({
          HttpMethod: '*',
          ResourcePath: '/*',
          DataTraceEnabled: false,
          LoggingLevel: 'ERROR',
          ThrottlingRateLimit: 1_000,
          ThrottlingBurstLimit: 2_000,
        }),
      ],
    });
  });

  it('may log: the account’s role for it is set, unless the account is looked after elsewhere', () => {
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    aTemplate({ manageApiGatewayAccount: false }).resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  it('ends a call before the gateway gives up on it after 29 seconds', () => {
    for (const [id, { Properties }] of functions) {
      if (id.startsWith('MillraceInference')) expect(Properties.Timeout, id).toBeLessThan(29);
    }
  });
});

describe('captured lines', () => {
  it('are written by arrival hour, what failed apart from them', () => {
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamType: 'DirectPut',
      ExtendedS3DestinationConfiguration: {
        Prefix: 'raw/!{timestamp:yyyy/MM/dd/HH}/',
        ErrorOutputPrefix: Match.stringLikeRegexp('^errors/!\\{firehose:error-output-type\\}/'),
        BufferingHints: { IntervalInSeconds: 300, SizeInMBs: 5 },
        CloudWatchLoggingOptions: Match.objectLike({ Enabled: true }),
      },
    });
  });
});

describe('the topic of asynchronous predictions', () => {
  it('wakes one function, and what it cannot deliver is kept where an alarm looks', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'lambda',
      TopicArn: { Ref: Match.stringLikeRegexp('^MillraceAsyncPredictionsAnswered') },
      Endpoint: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MillraceAsyncPredictionsFinishAsync'), 'Arn'] },
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MillraceUndelivered'), 'Arn'] },
      },
    });
    expect(resourcesOf(template, 'AWS::SNS::Subscription')).toHaveLength(1);
  });
});

describe('alarms', () => {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');

  it('are ten at most, and quiet where nothing happens', () => {
    expect(alarms.length).toBeLessThanOrEqual(10);
    for (const [id, { Properties }] of alarms) {
      expect(Properties.TreatMissingData, id).toBe('notBreaching');
      expect(Properties.AlarmDescription, id).toMatch(/\w{4}/);
    }
  });

  it('watch every dead-letter queue', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue').filter(([, { Properties }]) => !Properties.RedrivePolicy);
    const watched = alarms.map(([, { Properties }]) => Properties.Dimensions[0].Value['Fn::GetAtt']?.[0]);
    for (const [id] of queues) expect(watched).toContain(id);
  });

  it('tell the topic they are given', () => {
    const topic = Topic.fromTopicArn(new Stack(), 'Topic', 'arn:aws:sns:us-east-1:111122223333:people');
    for (const [id, { Properties }] of resourcesOf(aTemplate({ alarmTopic: topic }), 'AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmActions, id).toEqual(['arn:aws:sns:us-east-1:111122223333:people']);
    }
  });

  it('tell a topic of their own otherwise, which takes no unencrypted connection', () => {
    const [topic] = resourcesOf(template, 'AWS::SNS::Topic')
      .filter(([id]) => id.includes('Alerts'))
      .map(([id]) => id);
    for (const [id, { Properties }] of alarms) expect(Properties.AlarmActions, id).toEqual([{ Ref: topic }]);
    const policies = JSON.stringify(resourcesOf(template, 'AWS::SNS::TopicPolicy'));
    expect(policies).toContain('aws:SecureTransport');
  });

  it('about models reach the same topic, as a sentence', () => {
    const rules = resourcesOf(template, 'AWS::Events::Rule').filter(([id]) => id.includes('ModelAlarms'));
    const { Properties } = rules[0]?.[1] ?? {};
    const [target] = Properties.Targets;
    expect(Properties.EventPattern['detail-type']).toEqual(['MonitorAlarmRaised']);
    expect(target.InputTransformer.InputTemplate).toMatch(
      /^"Millrace: <detail-model>, version <detail-version>, is in alarm/,
    );
    expect(target.DeadLetterConfig).toBeDefined();
  });
});
