import {
  CreateModelCommand,
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  ListTransformJobsCommand,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE, jobEnd, LOCAL_COMMAND, modelArchive, ROLE, startWorld, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const { objects } = world.aws;
  objects.set('lake/model.tar.gz', await modelArchive({ 'model.txt': 'learned' }));
  objects.set('lake/in/part-0.csv', Buffer.from('1,2\n3,4\n5,6\n'));
  objects.set('lake/in/deep/part-1.csv', Buffer.from('7,8'));
  objects.set('lake/bad/part-0.csv', Buffer.from('status 418\n'));
  objects.set('lake/slow/part-0.csv', Buffer.from('hang'));
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl: 's3://lake/model.tar.gz', Environment: LOCAL_COMMAND };
  await world.sagemaker.send(new CreateModelCommand({ ModelName: 'm', PrimaryContainer, ExecutionRoleArn: ROLE }));
});
afterAll(() => world.stop());

const create = (TransformJobName: string, source: string, change: Partial<CreateTransformJobCommandInput> = {}) =>
  world.sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName,
      ModelName: 'm',
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: source } },
        ContentType: 'text/csv',
        SplitType: 'Line',
      },
      TransformOutput: {
        S3OutputPath: `s3://lake/out/${TransformJobName}`,
        Accept: 'text/lines',
        AssembleWith: 'Line',
      },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
      ...change,
    }),
  );
const output = (key: string): string | undefined => world.aws.objects.get(`lake/out/${key}`)?.toString();

describe('a batch transform job', () => {
  it('writes one output line per input line, beside the path of each input', async () => {
    await create('all', 's3://lake/in/');
    await jobEnd(world, 'all');
    expect(output('all/part-0.csv.out')).toBe('<1,2>\n<3,4>\n<5,6>\n');
    expect(output('all/deep/part-1.csv.out')).toBe('<7,8>\n');
    const job = await world.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: 'all' }));
    expect(job).toMatchObject({ TransformJobStatus: 'Completed', ModelName: 'm', TransformEndTime: expect.any(Date) });
  });

  it('takes a single object', async () => {
    await create('one', 's3://lake/in/part-0.csv');
    await jobEnd(world, 'one');
    expect(output('one/part-0.csv.out')).toBe('<1,2>\n<3,4>\n<5,6>\n');
  });

  it('sends records one by one with SingleRecord, and tells the container', async () => {
    await create('single', 's3://lake/in/part-0.csv', {
      BatchStrategy: 'SingleRecord',
      TransformOutput: { S3OutputPath: 's3://lake/out/single', AssembleWith: 'Line' },
    });
    await jobEnd(world, 'single');
    const answers = output('single/part-0.csv.out')
      ?.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toMatchObject(
      ['1,2\n', '3,4\n', '5,6\n'].map((body) => ({ body, batch: 'true', strategy: 'SINGLE_RECORD' })),
    );
  });

  it('sends the whole object without a SplitType', async () => {
    await create('whole', 's3://lake/in/part-0.csv', {
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://lake/in/part-0.csv' } } },
      TransformOutput: { S3OutputPath: 's3://lake/out/whole' },
    });
    await jobEnd(world, 'whole');
    expect(JSON.parse(output('whole/part-0.csv.out') ?? '')).toMatchObject({
      body: '1,2\n3,4\n5,6\n',
      strategy: 'MULTI_RECORD',
    });
  });

  it('fails with what the model answered', async () => {
    await create('refused-by-model', 's3://lake/bad/');
    const { detail, detailType } = await jobEnd(world, 'refused-by-model');
    expect(detailType).toBe('SageMaker Transform Job State Change');
    expect(detail).toMatchObject({
      TransformJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/^ClientError: .*418: refused by the model/),
    });
  });

  it('stops when asked', async () => {
    await create('halted', 's3://lake/slow/', { ModelClientConfig: { InvocationsTimeoutInSeconds: 2 } });
    await world.aws.event(
      ({ detail }) => detail.TransformJobName === 'halted' && detail.TransformStartTime !== undefined,
    );
    await world.sagemaker.send(new StopTransformJobCommand({ TransformJobName: 'halted' }));
    const { detail } = await jobEnd(world, 'halted');
    expect(detail.TransformJobStatus).toBe('Stopped');
  });

  it('is listed with its status', async () => {
    const { TransformJobSummaries } = await world.sagemaker.send(
      new ListTransformJobsCommand({ StatusEquals: 'Failed' }),
    );
    expect(TransformJobSummaries?.map(({ TransformJobName }) => TransformJobName)).toEqual(['refused-by-model']);
  });

  it('is refused without objects, for a used name and with data processing', async () => {
    await expect(create('x', 's3://lake/nothing/')).rejects.toMatchObject({
      message: expect.stringMatching(/^No S3 objects found/),
    });
    await expect(create('all', 's3://lake/in/')).rejects.toMatchObject({ name: 'ResourceInUse' });
    await expect(create('x', 's3://lake/in/', { DataProcessing: { JoinSource: 'Input' } })).rejects.toMatchObject({
      message: expect.stringMatching(/DataProcessing is not supported/),
    });
    await expect(create('x', 's3://lake/in/', { ModelName: 'none' })).rejects.toMatchObject({
      message: expect.stringMatching(/^Could not find model/),
    });
  });
});
