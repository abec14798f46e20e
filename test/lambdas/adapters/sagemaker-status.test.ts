import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { sageMakerStatus } from '../../../lambdas/adapters/sagemaker-status.ts';

const ANSWERS: Record<string, object> = {
  DescribeHyperParameterTuningJobCommand: {
    HyperParameterTuningJobStatus: 'Completed',
    BestTrainingJob: { TrainingJobName: 'search-002' },
  },
  DescribeTransformJobCommand: { TransformJobStatus: 'Completed', TransformOutput: { S3OutputPath: 's3://lake/out' } },
  DescribeTrainingJobCommand: {
    TrainingJobStatus: 'Completed',
    ModelArtifacts: { S3ModelArtifacts: 's3://lake/model.tar.gz' },
    HyperParameters: { num_round: '10', eta: '0.123', _tuning_objective_metric: 'validation:auc' },
  },
};
Object.assign(ANSWERS, {
  DescribeTransformJobCommand: {
    TransformJobStatus: 'Completed',
    TransformOutput: { S3OutputPath: 's3://lake/out' },
    TransformStartTime: new Date('2026-03-01T00:00:00Z'),
    TransformEndTime: new Date('2026-03-01T00:02:30Z'),
    TransformResources: { InstanceCount: 2 },
  },
});
const client = {
  send: async (command: object) => ANSWERS[command.constructor.name] ?? {},
} as unknown as SageMakerClient;

it('says of a tuning job what its best training job ran with, without what the search itself added', async () => {
  expect(await sageMakerStatus(client).describe('tuning', 'search')).toMatchObject({
    status: 'Completed',
    trainingJobName: 'search-002',
    modelDataUrl: 's3://lake/model.tar.gz',
    hyperparameters: { num_round: '10', eta: '0.123' },
  });
});

for (const kind of ['transform', 'batch-transform'] as const) {
  it(`says of a ${kind} job how long its instances worked, all together`, async () => {
    const status = await sageMakerStatus(client).describe(kind, 'job');
    expect(status).toMatchObject({ status: 'Completed', outputUrl: 's3://lake/out', instanceSeconds: 300 });
  });
}

it('looks for the job of a parity check among transform jobs', async () => {
  const described = await sageMakerStatus(client).describe('parity', 'churn-v1-r1-p1');
  expect(described).toMatchObject({ status: 'Completed', outputUrl: 's3://lake/out' });
});
