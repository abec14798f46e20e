import {
  CreateHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  type HyperParameterTuningJobConfig,
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTrainingJob, IMAGE, jobEnd, startWorld, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const integers = [{ Name: 'x', MinValue: '0', MaxValue: '6' }];
const kinds = [{ Name: 'kind', Values: ['a', 'b'] }];

function create(
  name: string,
  config: Partial<HyperParameterTuningJobConfig>,
  fixed: Record<string, string> = { mode: 'score' },
) {
  const { TrainingJobName: _, AlgorithmSpecification: __, HyperParameters: ___, ...definition } = aTrainingJob('x');
  return world.sagemaker.send(
    new CreateHyperParameterTuningJobCommand({
      HyperParameterTuningJobName: name,
      HyperParameterTuningJobConfig: {
        Strategy: 'Random',
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:score' },
        ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 },
        ParameterRanges: { IntegerParameterRanges: integers, CategoricalParameterRanges: kinds },
        RandomSeed: 5,
        ...config,
      },
      TrainingJobDefinition: {
        ...definition,
        StaticHyperParameters: fixed,
        AlgorithmSpecification: {
          TrainingImage: IMAGE,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'validation:score', Regex: 'validation-score:(\\S+)' }],
        },
      } as never,
    }),
  );
}
const describeJob = (name: string) =>
  world.sagemaker.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
const children = async (name: string) => {
  const input = { HyperParameterTuningJobName: name, SortBy: 'Name', SortOrder: 'Ascending', MaxResults: 100 } as const;
  return (
    (await world.sagemaker.send(new ListTrainingJobsForHyperParameterTuningJobCommand(input))).TrainingJobSummaries ??
    []
  );
};

describe('a tuning job', () => {
  it('trains as many candidates as asked and finds the best', async () => {
    await create('search', {});
    await jobEnd(world, 'search');
    const job = await describeJob('search');
    const list = await children('search');
    expect(job.HyperParameterTuningJobStatus).toBe('Completed');
    expect(job.TrainingJobStatusCounters).toMatchObject({ Completed: 4, InProgress: 0 });
    expect(job.ObjectiveStatusCounters).toEqual({ Succeeded: 4, Pending: 0, Failed: 0 });
    const values = list.map((child) => child.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? Number.NaN);
    const expected = list.map(
      ({ TunedHyperParameters: { x, kind } = {} }) => -((Number(x) - 3) ** 2) + (kind === 'b' ? 10 : 0),
    );
    expect(values).toEqual(expected);
    expect(job.BestTrainingJob?.FinalHyperParameterTuningJobObjectiveMetric?.Value).toBe(Math.max(...values));
  });

  it('makes each candidate a real training job that knows its objective', async () => {
    const [child] = await children('search');
    expect(child?.TrainingJobName).toMatch(/^search-001-[0-9a-f]{8}$/);
    const job = await world.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: child?.TrainingJobName }));
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      TuningJobArn: 'arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/search',
      HyperParameters: { mode: 'score', _tuning_objective_metric: 'validation:score', ...child?.TunedHyperParameters },
    });
  });

  it('tries the same candidates for the same seed', async () => {
    await create('search-again', {});
    await jobEnd(world, 'search-again');
    const tuned = (list: Awaited<ReturnType<typeof children>>) =>
      list.map(({ TunedHyperParameters }) => TunedHyperParameters);
    expect(tuned(await children('search-again'))).toEqual(tuned(await children('search')));
  });

  it('tries every combination with Grid, and can minimise', async () => {
    await create('grid', {
      Strategy: 'Grid',
      ParameterRanges: { CategoricalParameterRanges: [...kinds, { Name: 'x', Values: ['1', '3'] }] },
      HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'validation:score' },
    });
    await jobEnd(world, 'grid');
    const list = await children('grid');
    expect(list.map(({ TunedHyperParameters }) => TunedHyperParameters)).toEqual([
      { kind: 'a', x: '1' },
      { kind: 'a', x: '3' },
      { kind: 'b', x: '1' },
      { kind: 'b', x: '3' },
    ]);
    const best = (await describeJob('grid')).BestTrainingJob;
    expect(best?.TunedHyperParameters).toEqual({ kind: 'a', x: '1' });
  });

  it('fails if all of its training jobs fail', async () => {
    await create('hopeless', {}, { mode: 'fail' });
    const { detail, detailType } = await jobEnd(world, 'hopeless');
    expect(detailType).toBe('SageMaker HyperParameter Tuning Job State Change');
    expect(detail).toMatchObject({
      HyperParameterTuningJobStatus: 'Failed',
      TrainingJobStatusCounters: { NonRetryableError: 4 },
    });
  });

  it('stops its training jobs when it is stopped', async () => {
    await create('halted', {}, { mode: 'wait' });
    await world.aws.event(
      ({ detail }) => String(detail.TuningJobArn).endsWith('/halted') && detail.SecondaryStatus === 'Training',
    );
    await world.sagemaker.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'halted' }));
    const { detail } = await jobEnd(world, 'halted');
    expect(detail.HyperParameterTuningJobStatus).toBe('Stopped');
    const list = await children('halted');
    expect(list.length).toBeLessThanOrEqual(2);
    expect(list.every(({ TrainingJobStatus }) => TrainingJobStatus === 'Stopped')).toBe(true);
  });

  it('is listed newest first', async () => {
    const { HyperParameterTuningJobSummaries } = await world.sagemaker.send(
      new ListHyperParameterTuningJobsCommand({}),
    );
    const names = HyperParameterTuningJobSummaries?.map((job) => job.HyperParameterTuningJobName);
    expect(names).toEqual(['halted', 'hopeless', 'grid', 'search-again', 'search']);
  });

  const refusals: Array<[string, string, Partial<HyperParameterTuningJobConfig>, RegExp]> = [
    ['a name of 33 characters', 'n'.repeat(33), {}, /hyperParameterTuningJobName/],
    ['Hyperband', 'n', { Strategy: 'Hyperband' }, /strategy.*\[Bayesian, Random, Grid\]/],
    ['Grid over numbers', 'n', { Strategy: 'Grid' }, /only CategoricalParameterRanges/],
    [
      'an objective nobody defines',
      'n',
      { HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'loss' } },
      /objective metric loss/,
    ],
    ['early stopping', 'n', { TrainingJobEarlyStoppingType: 'Auto' }, /trainingJobEarlyStoppingType/],
    [
      'an inverted range',
      'n',
      { ParameterRanges: { IntegerParameterRanges: [{ Name: 'x', MinValue: '2', MaxValue: '1' }] } },
      /range of x/,
    ],
    [
      'a hyperparameter both tuned and fixed',
      'n',
      { ParameterRanges: { CategoricalParameterRanges: [{ Name: 'mode', Values: ['a'] }] } },
      /mode must be either/,
    ],
    [
      'completion criteria',
      'n',
      { TuningJobCompletionCriteria: { TargetObjectiveMetricValue: 1 } },
      /TuningJobCompletionCriteria is not supported/,
    ],
  ];
  for (const [what, name, config, message] of refusals) {
    it(`is refused with ${what}`, async () => {
      await expect(create(name, config)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(message),
      });
    });
  }

  it('is refused for a used name', async () => {
    await expect(create('search', {})).rejects.toMatchObject({ name: 'ResourceInUse' });
  });
});
