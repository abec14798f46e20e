import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTrainingJob, IMAGE, startWorld, type World, XGBOOST } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const create = (...input: Parameters<typeof aTrainingJob>) =>
  world.sagemaker.send(new CreateTrainingJobCommand(aTrainingJob(...input)));
const metric = { Name: 'validation:score', Regex: 'validation-score:(\\S+)' };
const channel = (uri: string) => ({
  ChannelName: 'train',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: uri } },
});

describe('a name', () => {
  for (const [name, allowed] of [
    ['a', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['a_b', false],
    ['a-', false],
    ['-a', false],
  ] as const) {
    it(`${allowed ? 'accepts' : 'refuses'} ${name.length > 10 ? `${name.length} characters` : name}`, async () => {
      if (allowed) expect((await create(name)).TrainingJobArn).toMatch(/training-job\/a+$/);
      else
        await expect(create(name)).rejects.toMatchObject({
          name: 'ValidationException',
          message: expect.stringMatching(/trainingJobName/),
        });
    });
  }
});

describe('requests', () => {
  const refusals = [
    [
      'a channel without objects',
      { InputDataConfig: [channel('s3://lake/nothing/')] },
      /^No S3 objects found under S3 URL "s3:\/\/lake\/nothing\/"/,
    ],
    ['an image without a local command', { Environment: {} }, /training\.container\.localCommand/],
    ['a local command that is no JSON array', { Environment: { MILLRACE_LOCAL_COMMAND: 'node x' } }, /JSON array/],
    [
      'Pipe mode',
      { AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'Pipe' as const } },
      /trainingInputMode.*\[File, FastFile\]/,
    ],
    ['spot training that may not wait', { EnableManagedSpotTraining: true }, /MaxWaitTimeInSeconds/],
    [
      'several instances',
      { ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount: 2, VolumeSizeInGB: 1 } },
      /resourceConfig\.instanceCount/,
    ],
    [
      'a field without local meaning',
      { ExperimentConfig: { ExperimentName: 'e' } },
      /ExperimentConfig is not supported by the local SageMaker/,
    ],
    [
      'metric definitions for the built-in image',
      {
        AlgorithmSpecification: {
          TrainingImage: XGBOOST,
          TrainingInputMode: 'File' as const,
          MetricDefinitions: [metric],
        },
      },
      /can't override the metric definitions/,
    ],
    [
      'a built-in version that is not there',
      {
        AlgorithmSpecification: {
          TrainingImage: XGBOOST.replace('3.0-5', '1.5-1'),
          TrainingInputMode: 'File' as const,
        },
      },
      /3\.0-5 and 1\.7-1, not 1\.5-1/,
    ],
    [
      'a regular expression that does not compile',
      {
        AlgorithmSpecification: {
          TrainingImage: IMAGE,
          TrainingInputMode: 'File' as const,
          MetricDefinitions: [{ Name: 'm', Regex: '(' }],
        },
      },
      /regular expression of metric m/,
    ],
  ] as const;
  for (const [what, change, message] of refusals) {
    it(`are refused with ${what}`, async () => {
      const input = change as Parameters<typeof aTrainingJob>[1];
      await expect(create('refused', input)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(message),
      });
    });
  }
});
