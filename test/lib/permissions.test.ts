import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { allowedActions, aStack, aTemplate, list, resourcesOf, type Statement, statementsOf } from './platform.ts';

const stack = aStack();
const template = Template.fromStack(stack);
const policies = resourcesOf(template, 'AWS::IAM::Policy');
const READ = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const WRITE = ['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];

describe('cdk-nag', () => {
  it('finds nothing that is not argued for', () => {
    const { violations } = new AwsSolutionsChecks().validateScope(stack);
    expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
  });

  it('does look: it finds the open points of the same stack without the arguments', () => {
    const bare = aStack();
    for (const construct of bare.node.findAll()) {
      (construct.node as unknown as { _metadata?: unknown[] })._metadata?.splice(0);
    }
    expect(new AwsSolutionsChecks().validateScope(bare).violations.length).toBeGreaterThan(5);
  });
});

describe('no role', () => {
  it('has a managed policy', () => {
    for (const [id, role] of resourcesOf(template, 'AWS::IAM::Role')) {
      expect(role.Properties.ManagedPolicyArns, id).toBeUndefined();
    }
  });

  it('is allowed a wildcard action', () => {
    for (const [id, { Properties }] of policies) {
      for (const { Action } of Properties.PolicyDocument.Statement as Statement[]) {
        for (const action of list(Action)) expect(action, id).not.toContain('*');
      }
    }
  });

  it('is allowed everything on everything, but for actions that know no resource', () => {
    const WITHOUT_RESOURCE =
      /^(logs:|xray:|sagemaker:List(Endpoints|EndpointConfigs|Models)$|ecr:GetAuthorizationToken$|cloudwatch:PutMetricData$)/;
    for (const [id, { Properties }] of policies) {
      for (const { Action, Resource, Effect } of Properties.PolicyDocument.Statement as Statement[]) {
        if (Effect === 'Deny' || !list(Resource).includes('*')) continue;
        for (const action of list(Action)) expect(action, id).toMatch(WITHOUT_RESOURCE);
      }
    }
  });

  it('may scan the table or write to it in batches', () => {
    const actions = policies.flatMap(([, { Properties }]) =>
      (Properties.PolicyDocument.Statement as Statement[]).flatMap(({ Action }) => list(Action)),
    );
    for (const action of ['dynamodb:Scan', 'dynamodb:BatchWriteItem', 's3:DeleteObjectVersion']) {
      expect(actions).not.toContain(action);
    }
  });

  it('may delete an object, but for what monitoring keeps of a window and marks of it, and what waits for an answer', () => {
    const deletes = policies.flatMap(([, { Properties }]) =>
      (Properties.PolicyDocument.Statement as Statement[])
        .filter(({ Action, Effect }) => Effect === 'Allow' && list(Action).includes('s3:DeleteObject'))
        .flatMap(({ Resource }) => list(Resource).map((resource) => JSON.stringify(resource))),
    );
    const folders = new Set(
      deletes.map((resource) =>
        /"Millrace\w*?(Captured|Lake)Bucket.*"(\/[\w/]+\/)\*"/.exec(resource)?.slice(1).join(''),
      ),
    );
    expect([...folders].sort()).toEqual([
      'Captured/dirty/',
      'Captured/indexes/',
      'Captured/records/',
      'Lake/async/features/',
      'Lake/async/pending/',
      'Lake/async/requests/',
    ]);
  });
});

describe('the audit trail', () => {
  it('cannot be changed by any function that may change the table', () => {
    const writers = policies.filter(([, { Properties }]) =>
      (Properties.PolicyDocument.Statement as Statement[]).some(
        ({ Effect, Action }) => Effect === 'Allow' && list(Action).includes('dynamodb:UpdateItem'),
      ),
    );
    expect(writers.length).toBeGreaterThan(5);
    for (const [id, { Properties }] of writers) {
      expect(Properties.PolicyDocument.Statement, id).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
          Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['W#*#AUD#*'] } },
        }),
      );
    }
  });
});

describe('the registry', () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ['the router', 'MillraceInferenceInfer', ['dynamodb:GetItem', 'dynamodb:UpdateItem']],
    ['feedback', 'MillraceInferenceFeedback', [...READ, 'dynamodb:UpdateItem']],
    ['the capture sorter', 'MillraceMonitoringPartitionCapture', READ],
    ['the monitors’ tick', 'MillraceMonitoringTickMonitors', READ],
    ['the endpoint check', 'MillraceRolloutVerifyEndpoint', [...READ, ...WRITE].sort()],
    ['the registry API', 'MillraceInferenceRegistryApi', [...READ, ...WRITE].sort()],
    ['the approval request', 'MillraceTrainingRequestApproval', [...READ, ...WRITE].sort()],
    ['who finishes predictions', 'MillraceAsyncPredictionsFinishAsync', ['dynamodb:UpdateItem']],
    ['a training container', 'MillraceSageMakerExecution', []],
  ];
  for (const [who, role, actions] of cases) {
    it(`lets ${who} ${actions.length ? `${actions.map((action) => action.split(':')[1]).join(', ')} and nothing else` : 'alone'}`, () => {
      expect(allowedActions(template, role, 'dynamodb:')).toEqual(actions);
    });
  }
});

describe('SageMaker', () => {
  it('is told to start work by one function, and takes only its own role from it', () => {
    const starters = policies
      .filter(([, { Properties }]) => JSON.stringify(Properties).includes('sagemaker:Create'))
      .map(([id]) => id);
    expect(starters).toEqual([expect.stringMatching(/^MillraceSageMakerStartJobRole/)]);
    expect(statementsOf(template, 'MillraceSageMakerStartJob')).toContainEqual({
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^MillraceSageMakerExecutionRole/), 'Arn'] },
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });
  });

  it('loses as an orphan only what bears the tag of this registry', () => {
    const deletes = statementsOf(template, 'MillraceEndpointsRemoveOrphans').filter(({ Action }) =>
      list(Action).some((action) => action.startsWith('sagemaker:Delete')),
    );
    expect(deletes).toEqual([
      expect.objectContaining({
        Condition: {
          StringEquals: {
            'aws:ResourceTag/millrace:registry': { Ref: expect.stringMatching(/^MillraceRegistryTable/) },
          },
        },
      }),
    ]);
  });

  it('is looked at, and not changed, by what reconciles endpoints', () => {
    expect(allowedActions(template, 'MillraceEndpointsReconcile', 'sagemaker:')).toEqual([
      'sagemaker:DescribeEndpoint',
      'sagemaker:DescribeEndpointConfig',
    ]);
  });

  it('loses endpoints only to the functions that take rollouts back, repair, or look for orphans', () => {
    const deleters = policies.filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes('sagemaker:DeleteEndpoint'),
    );
    expect(deleters.map(([id]) => id)).toEqual([
      expect.stringMatching(/^MillraceRolloutAdvanceRolloutRole/),
      expect.stringMatching(/^MillraceExecutionsReconcileRole/),
      expect.stringMatching(/^MillraceEndpointsRepairRole/),
      expect.stringMatching(/^MillraceEndpointsRemoveOrphansRole/),
    ]);
  });

  it('lets the end of a batch stop transform jobs and delete their models, and nothing else', () => {
    expect(allowedActions(template, 'MillraceBatchesFinish', 'sagemaker:')).toEqual([
      'sagemaker:DeleteModel',
      'sagemaker:StopTransformJob',
    ]);
    expect(allowedActions(template, 'MillraceBatchesPrepare', 'sagemaker:')).toEqual([]);
  });

  it('is let scale endpoints by the function that verified them, and by its own role only', () => {
    const scalers = policies.filter(([, { Properties }]) =>
      JSON.stringify(Properties).includes('RegisterScalableTarget'),
    );
    expect(scalers.map(([id]) => id)).toEqual([expect.stringMatching(/^MillraceRolloutVerifyEndpointRole/)]);
    const statements = statementsOf(template, 'MillraceRolloutVerifyEndpoint');
    const of = (action: string) => statements.find(({ Action }) => list(Action).includes(action));
    expect(of('application-autoscaling:RegisterScalableTarget')).toMatchObject({
      Condition: { StringEquals: { 'application-autoscaling:service-namespace': 'sagemaker' } },
    });
    expect(of('iam:CreateServiceLinkedRole')).toMatchObject({
      Condition: { StringEquals: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
    });
    for (const resource of list(of('cloudwatch:PutMetricAlarm')?.Resource))
      expect(JSON.stringify(resource)).toMatch(/:alarm:(millrace-wake-|TargetTracking-endpoint\/)\*/);
  });

  it('runs containers that write nothing but the files of runs and what they answer later', () => {
    const puts = statementsOf(template, 'MillraceSageMakerExecution').filter(({ Action }) =>
      list(Action).includes('s3:PutObject'),
    );
    const below = (folder: string) => ({
      'Fn::Join': ['', [{ 'Fn::GetAtt': ['MillraceDataLakeBucket214EE72B', 'Arn'] }, folder]],
    });
    const folders = puts.flatMap(({ Resource }) => (Array.isArray(Resource) ? Resource : [Resource]));
    expect(folders).toHaveLength(3);
    expect(folders).toEqual(
      expect.arrayContaining([below('/runs/*'), below('/async/outputs/*'), below('/async/errors/*')]),
    );
  });
});

describe('batches', () => {
  const resourcesFor = (of: typeof template, role: string, action: string) =>
    statementsOf(of, role)
      .filter(({ Effect, Action }) => Effect === 'Allow' && list(Action).includes(action))
      .flatMap(({ Resource }) => list(Resource).map((resource) => JSON.stringify(resource)));

  it('write results and working files, and read no bucket but the landing bucket and the lake', () => {
    const puts = resourcesFor(template, 'MillraceBatchesPrepare', 's3:PutObject');
    expect(puts.map((resource) => /"\/(\w+)\/\*"/.exec(resource)?.[1]).sort()).toEqual(['batches', 'runs']);
    for (const resource of resourcesFor(template, 'MillraceBatchesPrepare', 's3:GetObject'))
      expect(resource).toMatch(/MillraceData(Lake|Landing)Bucket/);
  });

  it('read what else was named when the platform was deployed, and list it where they are started', () => {
    const more = Bucket.fromBucketName(new Stack(), 'More', 'scores-in');
    const extended = aTemplate({ batchInputBuckets: [more] });
    expect(resourcesFor(extended, 'MillraceBatchesPrepare', 's3:GetObject').join()).toContain('scores-in/*');
    for (const starter of ['MillraceInferenceRegistryApi', 'MillraceExecutionsReconcile'])
      expect(resourcesFor(extended, starter, 's3:ListBucket').join(), starter).toContain('scores-in');
    expect(allowedActions(extended, 'MillraceBatchesPrepare').filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('an asynchronous prediction', () => {
  const folders = (role: string, action: string) =>
    statementsOf(template, role)
      .filter(({ Action, Effect }) => Effect === 'Allow' && list(Action).includes(action))
      .flatMap(({ Resource }) => (Array.isArray(Resource) ? Resource : [Resource]))
      .flatMap((resource) => /\/async\/(\w+)\/\*/.exec(JSON.stringify(resource))?.[1] ?? [])
      .sort();
  const RIGHTS: readonly [who: string, role: string, reads: readonly string[], puts: readonly string[]][] = [
    [
      'the router',
      'MillraceInferenceInfer',
      ['failures', 'inputs', 'requests', 'results'],
      ['features', 'pending', 'requests'],
    ],
    [
      'who finishes it',
      'MillraceAsyncPredictionsFinishAsync',
      ['errors', 'outputs', 'pending', 'requests'],
      ['failures', 'results'],
    ],
    ['the endpoint', 'MillraceSageMakerExecution', ['features'], ['errors', 'outputs']],
    ['the endpoint check', 'MillraceRolloutVerifyEndpoint', ['errors', 'outputs'], ['features']],
    ['a trainer', 'MillraceSageMakerStartJob', [], []],
  ];
  for (const [who, role, reads, puts] of RIGHTS) {
    it(`lets ${who} read ${reads.join(', ') || 'nothing'} and write ${puts.join(', ') || 'nothing'}`, () => {
      expect([folders(role, 's3:GetObject'), folders(role, 's3:PutObject')]).toEqual([reads, puts]);
    });
  }

  it('is told of by endpoints alone', () => {
    const publishers = policies.filter(([, { Properties }]) => JSON.stringify(Properties).includes('sns:Publish'));
    expect(publishers.map(([id]) => id)).toEqual([expect.stringMatching(/^MillraceSageMakerExecutionRole/)]);
  });
});

describe('a state machine', () => {
  it('is started and answered by nobody but who must', () => {
    const holding = (action: string) =>
      policies
        .filter(([, { Properties }]) => JSON.stringify(Properties).includes(`"${action}"`))
        .map(([id]) => id.replace(/(RoleDefaultPolicy.*|[0-9A-F]{8})$/, ''))
        .sort();
    expect(holding('states:StartExecution')).toEqual([
      'MillraceEndpointsReconcile',
      // batches that are due
      'MillraceExecutionsReconcile',
      'MillraceInferenceRegistryApi',
      'MillraceRolloutStartRollout',
      'MillraceTriggerStartTraining',
      // its own children
      'MillraceValidationSetsStateMachineChildren',
      'MillraceValidationValidateUpload',
    ]);
    expect(holding('states:SendTaskSuccess')).toEqual([
      // for its task start-job
      'MillraceBatchesStateMachineAnswerTask',
      // for its task start-job
      'MillraceEndpointsRepairMachineAnswerTask',
      'MillraceInferenceRegistryApi',
      // for its task start-job
      'MillraceRolloutStateMachineAnswerTask',
      'MillraceSageMakerResumeJob',
    ]);
  });
});
