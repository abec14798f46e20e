import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateTrainingJobCommand,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackArchive } from '../../../local/sagemaker/archive.ts';
import { aTrainingJob, IMAGE, jobEnd, startWorld, type World, XGBOOST } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.aws.objects.set('lake/data/train/part-0.csv', Buffer.from('1,2\n'));
  world.aws.objects.set('lake/data/train/part-1.csv', Buffer.from('0,3\n'));
});
afterAll(() => world.stop());

const describeJob = (name: string) => world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const create = (...input: Parameters<typeof aTrainingJob>) =>
  world.sagemaker.send(new CreateTrainingJobCommand(aTrainingJob(...input)));
const channel = (uri: string) => ({
  ChannelName: 'train',
  ContentType: 'text/csv',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: uri } },
});
const metric = { Name: 'validation:score', Regex: 'validation-score:(\\S+)' };
const inStatus = (name: string, secondary: string) =>
  world.aws.event(({ detail }) => detail.TrainingJobName === name && detail.SecondaryStatus === secondary);

async function unpack(uri: string | undefined): Promise<string> {
  const folder = mkdtempSync(join(world.stateDir, 'unpacked-'));
  const content = world.aws.objects.get(uri?.replace('s3://', '') ?? '');
  if (!content) throw new Error(`nothing at ${uri}`);
  await unpackArchive(Readable.from(content), folder);
  return folder;
}

describe('a training job that completes', () => {
  beforeAll(async () => {
    process.env.MILLRACE_TEST_SECRET = 'of the platform';
    await create('learns', {
      HyperParameters: { depth: '3' },
      InputDataConfig: [channel('s3://lake/data/train')],
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File', MetricDefinitions: [metric] },
      Environment: { ...aTrainingJob('x').Environment, GIVEN: 'yes' },
      Tags: [{ Key: 'team', Value: 'flights' }],
    });
    await jobEnd(world, 'learns');
  });

  it('uploads the model as model.tar.gz under its own name', async () => {
    const job = await describeJob('learns');
    expect(job.TrainingJobStatus).toBe('Completed');
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe('s3://lake/jobs/learns/output/model.tar.gz');
    const folder = await unpack(job.ModelArtifacts?.S3ModelArtifacts);
    expect(readFileSync(join(folder, 'model.txt'), 'utf8')).toBe('learned');
  });

  it('shows its program the tree, configuration and environment of the contract, and nothing of the platform', async () => {
    const folder = await unpack('s3://lake/jobs/learns/output/output.tar.gz');
    expect(JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8'))).toEqual({
      parameters: { depth: '3' },
      inputdataconfig: {
        train: {
          ContentType: 'text/csv',
          TrainingInputMode: 'File',
          S3DistributionType: 'FullyReplicated',
          RecordWrapperType: 'None',
        },
      },
      resourceconfig: { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'lo' },
      files: ['train/part-0.csv', 'train/part-1.csv'],
      name: 'learns',
      arn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/learns',
      given: 'yes',
    });
  });

  it('reports the last value of each metric definition', async () => {
    const { FinalMetricDataList } = await describeJob('learns');
    expect(FinalMetricDataList).toMatchObject([{ MetricName: 'validation:score', Value: 0.4 }]);
  });

  it('passes through the secondary statuses in order and publishes each', async () => {
    const { SecondaryStatusTransitions, TrainingTimeInSeconds, TrainingEndTime } = await describeJob('learns');
    const order = ['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'];
    expect(SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual(order);
    expect(TrainingTimeInSeconds).toBeGreaterThanOrEqual(1);
    expect(TrainingEndTime).toBeInstanceOf(Date);
    const events = world.aws.events.filter(({ detail }) => detail.TrainingJobName === 'learns');
    expect(events.map(({ detail }) => detail.SecondaryStatus)).toEqual(order);
  });

  it('publishes events with the source, detail type and epoch milliseconds of SageMaker', async () => {
    const event = await jobEnd(world, 'learns');
    const { CreationTime } = await describeJob('learns');
    expect(event).toMatchObject({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Training Job State Change',
      resources: ['arn:aws:sagemaker:us-east-1:000000000000:training-job/learns'],
      detail: { TrainingJobStatus: 'Completed', CreationTime: CreationTime?.getTime(), Tags: {} },
    });
  });

  it('keeps its tags', async () => {
    const ResourceArn = 'arn:aws:sagemaker:us-east-1:000000000000:training-job/learns';
    expect((await world.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([
      { Key: 'team', Value: 'flights' },
    ]);
  });
});

describe('a training job that fails', () => {
  it('shows the first 1,024 characters of its failure file', async () => {
    await create('tells-why', { HyperParameters: { mode: 'fail' } });
    await jobEnd(world, 'tells-why');
    const job = await describeJob('tells-why');
    expect(job.TrainingJobStatus).toBe('Failed');
    expect(job.FailureReason).toMatch(/^UserError: no such column/);
    expect(job.FailureReason).toHaveLength(1024);
    expect(job.ModelArtifacts).toBeUndefined();
  });

  it('shows the exit code and the last output if there is no failure file', async () => {
    await create('just-dies', { HyperParameters: { mode: 'crash' } });
    const { detail } = await jobEnd(world, 'just-dies');
    expect(detail.FailureReason).toMatch(/^AlgorithmError: .*code 2.*segmentation fault, sort of/s);
  });

  it('says what is missing if its XGBoost cannot be set up', async () => {
    await create('no-python', {
      AlgorithmSpecification: { TrainingImage: XGBOOST, TrainingInputMode: 'File' },
      Environment: {},
    });
    const { detail } = await jobEnd(world, 'no-python');
    expect(detail.FailureReason).toBe('PlatformError: no Python in this test');
  });

  it('says so if its command cannot be started', async () => {
    await create('no-command', { Environment: { MILLRACE_LOCAL_COMMAND: '["/no/such/program"]' } });
    const { detail } = await jobEnd(world, 'no-command');
    expect(detail.FailureReason).toMatch(/\/no\/such\/program/);
  });
});

describe('stopping', () => {
  it('gives the program a SIGTERM and keeps the model it saves', async () => {
    await create('stopped', { HyperParameters: { mode: 'wait' } });
    await inStatus('stopped', 'Training');
    // a signal before the program has set its handler would end it at once
    await world.aws.event(
      ({ detail }) => detail.TrainingJobName === 'stopped' && detail.SecondaryStatus === 'Training',
    );
    await programPrinted('stopped', 'validation-score');
    await world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }));
    await jobEnd(world, 'stopped');
    const job = await describeJob('stopped');
    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    const folder = await unpack(job.ModelArtifacts?.S3ModelArtifacts);
    expect(readFileSync(join(folder, 'model.txt'), 'utf8')).toBe('so far');
  });

  it('kills a program that ignores SIGTERM after the grace', async () => {
    await create('stubborn', { HyperParameters: { mode: 'stubborn' } });
    await programPrinted('stubborn', 'ready');
    await world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stubborn' }));
    const { detail } = await jobEnd(world, 'stubborn');
    expect(detail.TrainingJobStatus).toBe('Stopped');
  });

  it('ends a job at MaxRuntimeInSeconds as Stopped, not Failed', async () => {
    await create('too-long', { HyperParameters: { mode: 'wait' }, StoppingCondition: { MaxRuntimeInSeconds: 1 } });
    await jobEnd(world, 'too-long');
    const job = await describeJob('too-long');
    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
  });

  it('refuses to stop a job that has ended', async () => {
    await create('over');
    await jobEnd(world, 'over');
    await expect(world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'over' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The request was rejected because the training job is in status Completed.',
    });
  });
});

describe('names', () => {
  it('cannot be used twice, not even after deletion', async () => {
    await create('once-only');
    await jobEnd(world, 'once-only');
    const again = { name: 'ResourceInUse', message: expect.stringContaining('must be unique') };
    await expect(create('once-only')).rejects.toMatchObject(again);
    await world.sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: 'once-only' }));
    await expect(describeJob('once-only')).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await expect(create('once-only')).rejects.toMatchObject(again);
  });
});

describe('checkpoints', () => {
  it('are uploaded at the end and found by the next job', async () => {
    const CheckpointConfig = { S3Uri: 's3://lake/checkpoints/' };
    for (const name of ['first', 'second']) {
      await create(name, { CheckpointConfig });
      await jobEnd(world, name);
    }
    const kept = [...world.aws.objects.keys()].filter((key) => key.startsWith('lake/checkpoints/'));
    expect(kept.sort()).toEqual(['lake/checkpoints/step.0', 'lake/checkpoints/step.1']);
  });
});

describe('listing', () => {
  it('pages, filters and sorts', async () => {
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const input = { NameContains: 'o', StatusEquals: 'Completed', SortBy: 'Name', MaxResults: 1 } as const;
      const page = await world.sagemaker.send(new ListTrainingJobsCommand({ ...input, NextToken }));
      names.push(...(page.TrainingJobSummaries ?? []).map(({ TrainingJobName }) => TrainingJobName));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toEqual(['over', 'second']);
  });
});

/** Follows the log of a job until the program has said something. */
async function programPrinted(name: string, text: string): Promise<void> {
  const log = join(world.stateDir, 'training-job-files', name, 'training.log');
  await expect.poll(() => readFileSync(log, 'utf8'), { timeout: 10_000 }).toContain(text);
}
