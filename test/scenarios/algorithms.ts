import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeHyperParameterTuningJobCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { customers } from '../fixtures/customers.ts';
import { root } from '../fixtures/imports.ts';
import { expectClose, readArtifact, scored } from './training.ts';
import { until } from './wait.ts';
import { PREFIX_CHARACTERS, ROWS, type World } from './world.ts';

const NEW = customers(20, { from: 30_000 });
/** Makes names of 32 characters, from which names of jobs and endpoints are made. */
const LONGEST = (name: string) => name.padEnd(32 - PREFIX_CHARACTERS, 'x');

export function algorithmScenarios(on: () => World): void {
  it('serves a model from the inference function itself, without an endpoint', async () => {
    const model = on().model('in-lambda');
    await model.apply({ deployment: { target: 'lambda' } });
    const { version, rollout } = await model.deploy('rows.csv', customers(ROWS));
    expect(rollout).toMatchObject({ status: 'promoted', target: { kind: 'lambda' } });
    // before it served, the training container scored the holdout, and the scorer predicted the same
    const proof = (await model.decisions()).find(({ outcome }) => outcome === 'parity-proven');
    const { sagemaker } = on().platform;
    const TransformJobName = String(proof?.numbers.job);
    const job = await sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));
    expect(job.TransformJobStatus).toBe('Completed');
    expect(Number(proof?.numbers.rows)).toBeGreaterThan(ROWS / 10);
    expect(Number(proof?.numbers.maxDifference)).toBeLessThanOrEqual(1e-6);
    const scoredWith = sagemaker.send(new DescribeModelCommand({ ModelName: job.ModelName }));
    await expect(scoredWith).rejects.toThrow(/could not find/i);
    const answer = await model.predict(NEW);
    expect(answer.version).toBe(1);
    expectClose(answer.data, await scored(on().platform, version, NEW));
  });

  it('keeps its champion when a version can no longer be held against its training container', async () => {
    const { platform } = on();
    const model = on().model('unproven');
    await model.apply({ deployment: { target: 'lambda' } });
    await model.deploy('first.csv', customers(ROWS));
    await model.apply({ deployment: { target: 'lambda', approval: 'manual' } });
    await model.uploadRows('second.csv', customers(ROWS, { from: 2_000 }));
    const second = await until(
      'version 2 to wait for approval',
      async () => (await model.versions()).find(({ version }) => version === 2),
      { seconds: 60 * platform.patience },
    );
    // files of runs expire, sooner than anybody approves
    const Key = `runs/${model.name}/${second.runId}/holdout/features.csv`;
    await platform.s3.send(new DeleteObjectCommand({ Bucket: platform.outputs.LakeBucketName, Key }));
    await until('the approval', async () => {
      const { code } = await platform.millrace('approve', model.name, '2', '--reason', 'late');
      return code === 0 ? true : undefined;
    });
    const rollout = await model.rolledOut(2);
    expect(rollout).toMatchObject({ status: 'rolled-back', champion: 1 });
    expect(rollout.reasons.join()).toMatch(/files of run .* have expired.*: train a new version/);
    expect((await model.champion()).version).toBe(1);
    expect((await model.predict(NEW)).version).toBe(1);
  });

  it('registers the best model of a search, with what it was trained with', async () => {
    const model = on().model(LONGEST('tuned'));
    const tuning = {
      strategy: 'Random',
      maxJobs: 3,
      maxParallelJobs: 2,
      objective: { metric: 'validation:auc', goal: 'Maximize' },
      ranges: { max_depth: { min: 2, max: 6 }, eta: { min: 0.05, max: 0.5 } },
    };
    const hyperparameters = { eval_metric: 'auc', max_depth: undefined, eta: undefined };
    await model.apply({ training: { tuning, xgboost: { hyperparameters } }, deployment: { target: 'lambda' } });
    const { run, version } = await model.deploy('rows.csv', customers(ROWS));
    expect(run.jobs).toMatchObject([{ kind: 'tuning', status: 'Completed' }]);
    const { sagemaker } = on().platform;
    const HyperParameterTuningJobName = run.jobs[0]?.name;
    const search = await sagemaker.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName }));
    expect(search.TrainingJobStatusCounters?.Completed).toBe(3);
    const TrainingJobName = search.BestTrainingJob?.TrainingJobName;
    const best = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    const { _tuning_objective_metric: _, ...ranWith } = best.HyperParameters ?? {};
    expect(version.hyperparameters).toEqual(ranWith);
    expect(Number(version.hyperparameters.eta)).toBeGreaterThanOrEqual(0.05);
    expectClose((await model.predict(NEW)).data, await scored(on().platform, version, NEW));
  });

  it('trains, scores and serves with a container of the user', async ({ skip }) => {
    skip(!on().local, 'in AWS it needs an image in a registry; here its command is run');
    const model = on().model(LONGEST('container'));
    const program = join(root, 'test/fixtures/container/logistic.mjs');
    const container = {
      image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/logistic:1',
      hyperparameters: { rounds: 300 },
      localCommand: [process.execPath, program],
    };
    await model.apply({ training: { algorithm: 'container', container, xgboost: undefined } });
    const { run, version } = await model.deploy('rows.csv', customers(ROWS));
    expect(run.jobs).toMatchObject([
      { kind: 'training', status: 'Completed' },
      { kind: 'transform', status: 'Completed' },
    ]);
    expect(version).toMatchObject({
      algorithm: 'container',
      image: container.image,
      hyperparameters: { rounds: '300' },
    });
    expect(version.artifacts.scorer).toBeUndefined();
    expect(version.metrics.auc).toBeGreaterThan(0.6);
    const evaluation = JSON.parse(
      Buffer.from(await readArtifact(on().platform, version.artifacts.evaluation)).toString(),
    );
    expect(evaluation.candidate.rows).toBeGreaterThan(ROWS / 10);
    const { data } = await model.predict(NEW);
    // who spends little on the plan `free` churns most
    const risky = NEW.map((row, i) => [row.plan === 'free', Number(data[i])] as const);
    const mean = (free: boolean) => {
      const scores = risky.filter(([isFree]) => isFree === free).map(([, score]) => score);
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    };
    expect(mean(true)).toBeGreaterThan(mean(false));
  });
}
