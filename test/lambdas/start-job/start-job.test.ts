import { beforeEach, describe, expect, it } from 'vitest';
import { parityProof } from '../../../domain/rollout/parity.ts';
import { QuotaExceededError } from '../../../domain/training/errors.ts';
import type { SageMakerJobs } from '../../../lambdas/adapters/sagemaker-jobs.ts';
import { makeHandler } from '../../../lambdas/start-job/handler.ts';
import type { StartJobDeps } from '../../../lambdas/start-job/start-job.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDecision, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { aBatch } from '../../fixtures/registry.ts';

const change = { by: 'test', at: new Date(AT) };
const RUN = 'churn-0123456789ab';

async function setUp(spec = aModelSpec()) {
  const registry = memoryRegistry();
  await registry.applySpec(spec, change);
  await registry.createRun(aRun(), change);
  const calls: { call: string; request: Record<string, unknown> }[] = [];
  const answered: object[] = [];
  const record = (call: keyof SageMakerJobs) => async (request: unknown) => {
    calls.push({ call, request: request as Record<string, unknown> });
    return true;
  };
  const deps: StartJobDeps = {
    registry,
    sagemaker: {
      createTrainingJob: record('createTrainingJob'),
      createTuningJob: record('createTuningJob'),
      createTransformJob: record('createTransformJob'),
      createModel: record('createModel'),
      createEndpointConfig: record('createEndpointConfig'),
      createEndpoint: record('createEndpoint'),
    },
    artifacts: {
      putBytes: () => Promise.reject(new Error('not used')),
      putFile: () => Promise.reject(new Error('not used')),
      getFile: () => Promise.reject(new Error('not used')),
      getBytes: async () => new Uint8Array(),
    },
    status: { describe: async (_, name) => ({ status: 'InService', endpointConfigName: name }) },
    tasks: {
      succeed: async (token, output) => Boolean(answered.push({ token, output })),
      fail: async (token, error) => Boolean(answered.push({ token, error })),
    },
    has: async () => true,
    settings: {
      lakeBucket: 'lake',
      roleArn: 'arn:role',
      region: 'us-east-1',
      stage: 'dev',
      asyncTopicArn: 'arn:topic',
    },
    now: () => new Date(AT),
  };
  return { registry, calls, answered, deps, start: makeHandler(deps) };
}

describe('start-job', () => {
  let world: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => {
    world = await setUp();
  });
  const training = { taskToken: 'token', work: 'training', model: 'churn', runId: RUN, spot: true };

  it('parks the token under the job it starts', async () => {
    const { name } = await world.start(training);
    expect(name).toBe(`${RUN}-t1`);
    expect(await world.registry.findParked(name)).toMatchObject({ taskToken: 'token', kind: 'training', ownerId: RUN });
    expect((await world.registry.requireRun('churn', RUN)).jobs).toMatchObject([{ name, status: 'InProgress' }]);
  });

  it('leaves nothing parked for a job that was refused', async () => {
    const createTrainingJob = () => Promise.reject(new QuotaExceededError('0 of 0 ml.m5.large'));
    const start = makeHandler({ ...world.deps, sagemaker: { ...world.deps.sagemaker, createTrainingJob } });
    await expect(start(training)).rejects.toThrow(QuotaExceededError);
    expect(await world.registry.findParked(`${RUN}-t1`)).toBeUndefined();
  });

  it('asks for spot capacity with a checkpoint and a bounded wait', async () => {
    await world.start(training);
    expect(world.calls[0]?.request).toMatchObject({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 3_600, MaxWaitTimeInSeconds: 7_200 },
      CheckpointConfig: { S3Uri: `s3://lake/runs/churn/${RUN}/checkpoints/${RUN}-t1/` },
    });
  });

  it('trains on demand in the second attempt, without waiting time or checkpoint', async () => {
    await world.start({ ...training, spot: false, attempt: 2 });
    const request = world.calls[0]?.request;
    expect(request).toMatchObject({ TrainingJobName: `${RUN}-t2`, EnableManagedSpotTraining: false });
    expect(request).not.toHaveProperty('CheckpointConfig');
    expect(request?.StoppingCondition).toEqual({ MaxRuntimeInSeconds: 3_600 });
  });

  it('joins a job that is still open, and takes a new name after one that ended', async () => {
    expect((await world.start(training)).name).toBe(`${RUN}-t1`);
    expect((await world.start({ ...training, taskToken: 'token 2' })).name).toBe(`${RUN}-t1`);
    await world.registry.updateRun(
      'churn',
      RUN,
      { jobs: [{ name: `${RUN}-t1`, kind: 'training', status: 'Failed', startedAt: AT, endedAt: AT }] },
      change,
    );
    expect((await world.start({ ...training, taskToken: 'token 3' })).name).toBe(`${RUN}-t2`);
  });

  it('sends every hyperparameter as text', async () => {
    await world.start(training);
    expect(world.calls[0]?.request.HyperParameters).toEqual({
      objective: 'binary:logistic',
      num_round: '20',
      max_depth: '3',
      eta: '0.3',
    });
  });

  it('searches whole numbers as integers and keeps tuned names out of the fixed ones', async () => {
    world = await setUp(
      aModelSpec({
        training: {
          tuning: {
            objective: { metric: 'validation:auc', goal: 'Maximize' },
            ranges: { max_depth: { min: 2, max: 6 }, eta: { min: 0.01, max: 0.5, scale: 'logarithmic' } },
          },
        },
      }),
    );
    const { name } = await world.start({ ...training, work: 'tuning' });
    expect(name.length).toBeLessThanOrEqual(32);
    expect(world.calls[0]?.request).toMatchObject({
      HyperParameterTuningJobConfig: {
        ParameterRanges: {
          IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '2', MaxValue: '6' }],
          ContinuousParameterRanges: [{ Name: 'eta', ScalingType: 'Logarithmic' }],
        },
      },
      TrainingJobDefinition: { StaticHyperParameters: { objective: 'binary:logistic', num_round: '20' } },
    });
  });

  it('says where an own image writes the figure that is tuned', async () => {
    world = await setUp(
      aModelSpec({
        training: {
          algorithm: 'container',
          xgboost: undefined,
          container: { image: 'own:1' },
          tuning: {
            objective: { metric: 'validation:auc', goal: 'Maximize' },
            ranges: { depth: { values: [2, 3] } },
          },
        },
      }),
    );
    await world.start({ ...training, work: 'tuning' });
    const { TrainingJobDefinition } = world.calls[0]?.request as { TrainingJobDefinition: never };
    const { MetricDefinitions } = (TrainingJobDefinition as { AlgorithmSpecification: never }).AlgorithmSpecification;
    const [{ Name, Regex }] = MetricDefinitions as [{ Name: string; Regex: string }];
    expect(Name).toBe('validation:auc');
    expect(new RegExp(Regex).exec('[12]\ttrain-auc:0.81\tvalidation-auc:0.76')?.[1]).toBe('0.76');
  });

  it('creates model, configuration and endpoint under one name that carries version and digest', async () => {
    const { version: _, ...version } = aModelVersion();
    await world.registry.registerVersion(version, change);
    const work = { taskToken: 'token', work: 'endpoint', model: 'churn', rolloutId: 'churn-v1-r1', version: 1 };
    const { name } = await world.start(work);
    expect(name).toBe('churn-v1-bbbbbbbb');
    expect(world.calls.map(({ call }) => call)).toEqual(['createModel', 'createEndpointConfig', 'createEndpoint']);
    expect(world.answered).toEqual([]);
    expect(world.calls[1]?.request).toMatchObject({
      ProductionVariants: [{ ModelName: name, ServerlessConfig: { MemorySizeInMB: 2_048 } }],
    });
  });

  it('lets an endpoint of target async write below its model and tell the topic', async () => {
    const async = { timeout: '2m', maxInvocationsPerInstance: 4 };
    world = await setUp(aModelSpec({ deployment: { target: 'async', async } }));
    const { version: _, ...version } = aModelVersion();
    await world.registry.registerVersion(version, change);
    await world.start({ taskToken: 'token', work: 'endpoint', model: 'churn', rolloutId: 'churn-v1-r1', version: 1 });
    expect(world.calls[1]?.request).toEqual({
      EndpointConfigName: 'churn-v1-bbbbbbbb',
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: 'churn-v1-bbbbbbbb',
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 1,
          InitialVariantWeight: 1,
        },
      ],
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
        OutputConfig: {
          S3OutputPath: 's3://lake/async/outputs/churn',
          S3FailurePath: 's3://lake/async/errors/churn',
          NotificationConfig: { SuccessTopic: 'arn:topic', ErrorTopic: 'arn:topic' },
        },
      },
    });
  });

  for (const [what, deployment, expected] of [
    [
      'serverless with some of it kept warm',
      { maxConcurrency: 8, provisionedConcurrency: 3 },
      { ServerlessConfig: { MemorySizeInMB: 2_048, MaxConcurrency: 8, ProvisionedConcurrency: 3 } },
    ],
    ['serverless', {}, { ServerlessConfig: { MemorySizeInMB: 2_048, MaxConcurrency: 5 } }],
    ['several instances', { target: 'realtime', instanceCount: 3 }, { InitialInstanceCount: 3 }],
    [
      'as many instances as there are at least',
      { target: 'realtime', scaling: { min: 2, max: 4, invocationsPerInstance: 600 } },
      { InitialInstanceCount: 2 },
    ],
    [
      'one instance that may go',
      { target: 'async', scaling: { min: 0, max: 4, backlogPerInstance: 5 } },
      { InitialInstanceCount: 1 },
    ],
  ] as const) {
    it(`creates ${what}`, async () => {
      world = await setUp(aModelSpec({ deployment }));
      const { version: _, ...version } = aModelVersion();
      await world.registry.registerVersion(version, change);
      await world.start({ taskToken: 't', work: 'endpoint', model: 'churn', rolloutId: 'churn-v1-r1', version: 1 });
      const { ProductionVariants } = world.calls[1]?.request as { ProductionVariants: object[] };
      expect(ProductionVariants).toHaveLength(1);
      expect(ProductionVariants[0]).toMatchObject(expected);
      const serverless = (ProductionVariants[0] as { ServerlessConfig?: object }).ServerlessConfig;
      if ('ServerlessConfig' in expected) expect(serverless).toEqual(expected.ServerlessConfig);
    });
  }

  it('answers at once for an endpoint that is in service already, of which no event will come', async () => {
    const { version: _, ...version } = aModelVersion();
    await world.registry.registerVersion(version, change);
    const work = { taskToken: 'token', work: 'endpoint', model: 'churn', rolloutId: 'churn-v1-r2', version: 1 };
    const sagemaker = { ...world.deps.sagemaker, createEndpoint: async () => false };
    const { name } = await makeHandler({ ...world.deps, sagemaker })(work);
    expect(world.answered).toEqual([{ token: 'token', output: { name, kind: 'endpoint', status: 'Completed' } }]);
    expect(await world.registry.findParked(name)).toBeUndefined();
  });

  it('creates nothing from an artifact whose bytes have changed', async () => {
    const { version: _, ...version } = aModelVersion();
    await world.registry.registerVersion(version, change);
    const artifacts = { ...world.deps.artifacts, getBytes: () => Promise.reject(new Error('digest')) };
    const start = makeHandler({ ...world.deps, artifacts });
    const work = { taskToken: 'token', work: 'endpoint', model: 'churn', rolloutId: 'churn-v1-r1', version: 1 };
    await expect(start(work)).rejects.toThrow('digest');
    expect(world.calls).toEqual([]);
  });

  describe('for a rollout to the router itself', () => {
    const work = { taskToken: 'token', work: 'parity', model: 'churn', rolloutId: 'churn-v1-r1', version: 1 };
    const unknown = { describe: async () => undefined };
    const parity = async (deps: Partial<StartJobDeps> = {}) => {
      const { version: _, ...version } = aModelVersion();
      await world.registry.registerVersion(version, change);
      return makeHandler({ ...world.deps, status: unknown, ...deps })(work);
    };

    it('has the version’s own image and archive score the holdout of its run', async () => {
      const { name } = await parity();
      expect(name).toBe('churn-v1-r1-p1');
      expect(world.calls.map(({ call }) => call)).toEqual(['createModel', 'createTransformJob']);
      const { image, artifacts } = aModelVersion();
      expect(world.calls[0]?.request).toMatchObject({
        ModelName: 'churn-v1-r1-parity',
        PrimaryContainer: { Image: image, ModelDataUrl: `s3://lake/${artifacts.model.key}` },
      });
      expect(world.calls[1]?.request).toMatchObject({
        TransformJobName: name,
        ModelName: 'churn-v1-r1-parity',
        TransformInput: { DataSource: { S3DataSource: { S3Uri: `s3://lake/runs/churn/${RUN}/holdout/features.csv` } } },
        TransformOutput: { S3OutputPath: `s3://lake/runs/churn/${RUN}/jobs/churn-v1-r1-p1` },
      });
      const parked = { taskToken: 'token', kind: 'parity', ownerId: 'churn-v1-r1' };
      expect(await world.registry.findParked(name)).toMatchObject(parked);
      // it is no part of the run, whose cost it would change
      expect((await world.registry.requireRun('churn', RUN)).jobs).toEqual([]);
    });

    it('starts nothing for what was proven before, even after its run expired', async () => {
      const decisionId = parityProof(aModelVersion());
      await world.registry.recordDecision(aDecision({ decisionId, kind: 'rollout', outcome: 'parity-proven' }), change);
      expect(await parity({ has: async () => false })).toEqual({ name: decisionId });
      expect(world.calls).toEqual([]);
      expect(world.answered).toEqual([
        { token: 'token', output: { name: decisionId, kind: 'parity', status: 'Completed' } },
      ]);
    });

    it('refuses once the files of the run expired, and says what to do', async () => {
      const asked: string[] = [];
      const has = async (key: string) => asked.push(key) === 0;
      await expect(parity({ has })).rejects.toMatchObject({
        name: 'EndpointVerificationError',
        message: expect.stringMatching(/files of run churn-0123456789ab have expired.*train a new version/),
      });
      expect(asked).toEqual([`runs/churn/${RUN}/holdout/features.csv`]);
      expect(world.calls).toEqual([]);
    });

    it('answers at once for a job that ended while nobody waited', async () => {
      const seen = { describe: async () => ({ status: 'Completed', outputUrl: 's3://lake/x' }) };
      const sagemaker = { ...world.deps.sagemaker, createTransformJob: async () => false };
      const { name } = await parity({ status: seen, sagemaker });
      expect(world.answered).toMatchObject([{ output: { name, kind: 'parity', outputUrl: 's3://lake/x' } }]);
      expect(await world.registry.findParked(name)).toBeUndefined();
    });

    it('takes another name after a job that failed', async () => {
      const describe = async (_: unknown, name: string) => (name.endsWith('-p3') ? undefined : { status: 'Failed' });
      expect(await parity({ status: { describe } })).toEqual({ name: 'churn-v1-r1-p3' });
    });

    it('creates nothing from an artifact whose bytes have changed', async () => {
      const artifacts = { ...world.deps.artifacts, getBytes: () => Promise.reject(new Error('digest')) };
      await expect(parity({ artifacts })).rejects.toThrow('digest');
      expect(world.calls).toEqual([]);
    });
  });

  it('scores a batch in a transform job over its features, with the registered model', async () => {
    world = await setUp(aModelSpec({ deployment: { target: 'batch', instance: 'ml.m5.xlarge', instanceCount: 2 } }));
    const { version: _, ...version } = aModelVersion();
    await world.registry.registerVersion(version, change);
    await world.registry.createBatch(aBatch(), change);
    const { batchId } = aBatch();
    const work = { taskToken: 'token', work: 'batch-transform', model: 'churn', batchId };
    const { name } = await world.start(work);
    expect(name).toBe(`${batchId}-x1`);
    expect(world.calls.map(({ call }) => call)).toEqual(['createModel', 'createTransformJob']);
    const { bucket, key } = version.artifacts.model;
    expect(world.calls[0]?.request).toMatchObject({
      ModelName: name,
      PrimaryContainer: { ModelDataUrl: `s3://${bucket}/${key}` },
    });
    expect(world.calls[1]?.request).toMatchObject({
      ModelName: name,
      BatchStrategy: 'MultiRecord',
      TransformInput: {
        SplitType: 'Line',
        DataSource: { S3DataSource: { S3Uri: `s3://lake/runs/churn/${batchId}/features/` } },
      },
      TransformOutput: { S3OutputPath: `s3://lake/runs/churn/${batchId}/jobs/${name}`, AssembleWith: 'Line' },
      TransformResources: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2 },
    });
    // four hours by default
    expect(await world.registry.findParked(name)).toMatchObject({
      kind: 'batch-transform',
      ownerId: batchId,
      endsAt: '2026-03-02T04:00:00.000Z',
    });
    // joined while it goes on, another one once it has ended
    expect((await world.start(work)).name).toBe(name);
    const [job] = (await world.registry.requireBatch('churn', batchId)).jobs;
    if (!job) throw new Error('no job is recorded');
    await world.registry.updateBatch('churn', batchId, { jobs: [{ ...job, endedAt: AT }] }, change);
    expect((await world.start(work)).name).toBe(`${batchId}-x2`);
  });
});
