import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SageMakerOptions } from '../../../local/sagemaker/server.ts';
import { aTrainingJob, jobEnd, startWorld, type World, XGBOOST } from './harness.ts';

let world: World;
const options: Partial<SageMakerOptions> = { concurrency: 1, limits: { trainingJobs: 2 } };
beforeEach(async () => {
  world = await startWorld(options);
});
afterEach(() => world.stop());

const create = (name: string, mode: string) =>
  world.sagemaker.send(new CreateTrainingJobCommand(aTrainingJob(name, { HyperParameters: { mode } })));
const describeJob = (name: string) => world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
const stop = (name: string) => world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
const training = (name: string) =>
  world.aws.event(({ detail }) => detail.TrainingJobName === name && detail.SecondaryStatus === 'Training');

it('lets jobs beyond its processes wait as Starting, and stop there', async () => {
  await create('running', 'wait');
  await training('running');
  await create('waiting', 'learn');
  expect(await describeJob('waiting')).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Starting' });
  await stop('waiting');
  expect((await jobEnd(world, 'waiting')).detail.TrainingJobStatus).toBe('Stopped');
  await stop('running');
  await jobEnd(world, 'running');
});

it('starts a waiting job when a process ends', async () => {
  await create('first', 'wait');
  await training('first');
  await create('next', 'learn');
  await stop('first');
  expect((await jobEnd(world, 'next')).detail.TrainingJobStatus).toBe('Completed');
});

it('refuses jobs over the quota with ResourceLimitExceeded', async () => {
  await create('one', 'wait');
  await create('two', 'wait');
  await expect(create('three', 'learn')).rejects.toMatchObject({ name: 'ResourceLimitExceeded' });
});

it('reports jobs that the end of the platform cut off as failed, and still shows earlier ones', async () => {
  await create('done', 'learn');
  await jobEnd(world, 'done');
  await create('cut-off', 'wait');
  await training('cut-off');
  await create('never-began', 'learn');
  await world.restart();
  for (const name of ['cut-off', 'never-began']) {
    const { detail } = await jobEnd(world, name);
    expect(detail).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: expect.stringContaining('the local platform ended while'),
    });
  }
  expect((await describeJob('done')).TrainingJobStatus).toBe('Completed');
  await expect(create('done', 'learn')).rejects.toMatchObject({ name: 'ResourceInUse' });
});

it('does not wait for the setup of a Python when it stops', async () => {
  const asked = Promise.withResolvers<void>();
  await world.restart({
    python: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const AlgorithmSpecification = { TrainingImage: XGBOOST, TrainingInputMode: 'File' as const };
  await world.sagemaker.send(
    new CreateTrainingJobCommand(aTrainingJob('sets-up', { AlgorithmSpecification, Environment: {} })),
  );
  await asked.promise;
  await stop('sets-up');
  expect((await jobEnd(world, 'sets-up')).detail.TrainingJobStatus).toBe('Stopped');
});

it('publishes an event again when the bus fails', async () => {
  world.aws.failPutEvents = 2;
  await create('retried', 'learn');
  await jobEnd(world, 'retried');
  const states = world.aws.events.map(({ detail }) => detail.SecondaryStatus);
  expect(states).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
});

it('loses the events a test tells it to lose', async () => {
  await world.restart({ faults: { dropEvent: (_, detail) => detail.SecondaryStatus === 'Training' } });
  await create('quiet', 'learn');
  await jobEnd(world, 'quiet');
  expect(world.aws.events.map(({ detail }) => detail.SecondaryStatus)).toEqual([
    'Starting',
    'Downloading',
    'Uploading',
    'Completed',
  ]);
});

it('logs an event that it could not deliver', async () => {
  world.aws.failPutEvents = 4;
  await create('lost', 'learn');
  await jobEnd(world, 'lost');
  expect(world.logs).toContainEqual(
    expect.stringMatching(/^lost event "SageMaker Training Job State Change" of arn:.*\/lost/),
  );
});
