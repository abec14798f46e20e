import { StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { customers } from '../fixtures/customers.ts';
import { taskOn } from './training.ts';
import { until } from './wait.ts';
import { ROWS, type World } from './world.ts';

export function failureScenarios(on: () => World): void {
  it('records why SageMaker refused to train, and trains again once the spec is mended', async () => {
    const model = on().model('refused');
    // only the training program sees that there are labels its objective cannot take
    const { columns, data } = taskOn('revenue', 'number');
    const spec = (objective: string) => ({
      ...{ task: 'regression', data, deployment: { target: 'lambda' } },
      training: { xgboost: { hyperparameters: { objective } } },
      evaluation: { gates: [{ type: 'absolute', metric: 'r2', min: 0.5 }] },
    });
    const losses = (from: number) => customers(ROWS, { from }).map((row) => ({ ...row, revenue: -row.revenue }));
    await model.apply(spec('count:poisson'));
    const { run } = await model.train('first.csv', losses(0), columns);
    expect(run).toMatchObject({ status: 'failed', failure: { state: 'Train', error: 'TrainingJobFailedError' } });
    expect(run.failure?.cause).toMatch(/label must be nonnegative/);
    expect(run.jobs).toMatchObject([{ status: 'Failed', failureReason: expect.stringMatching(/must be nonnegative/) }]);
    expect(await model.versions()).toEqual([]);
    const shown = await on().platform.millrace('runs', 'show', model.name, run.runId);
    expect(shown.stdout).toMatch(/label must be nonnegative/);

    await model.apply(spec('reg:squarederror'));
    const { run: second } = await model.deploy('second.csv', losses(5_000), columns);
    expect(second).toMatchObject({ status: 'registered', specVersion: 2, datasetVersions: [1, 2] });
  });

  it('ends a run whose training job somebody stops, and trains again when asked to', async () => {
    const model = on().model('stopped');
    const rounds = (num_round: number) => ({ training: { xgboost: { hyperparameters: { num_round } } } });
    // minutes of training
    await model.apply({ ...rounds(1_000_000), deployment: { target: 'lambda' } });
    const dataset = await model.verdict(await model.uploadRows('rows.csv', customers(ROWS)));
    const { runId } = await model.runOf([dataset.version]);
    const TrainingJobName = await until('the training job', async () => (await model.runs())[0]?.jobs[0]?.name, {
      seconds: 60 * on().platform.patience,
    });
    await on().platform.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
    expect(await model.ended(runId)).toMatchObject({
      status: 'failed',
      failure: { state: 'Train', error: 'TrainingJobStoppedError' },
      jobs: [{ status: 'Stopped' }],
    });
    await model.apply({ ...rounds(10), deployment: { target: 'lambda' } });
    const { code } = await on().platform.millrace('train', model.name, '--reason', 'with fewer rounds');
    expect(code).toBe(0);
    const { run } = await model.registered(1);
    expect(run).toMatchObject({ specVersion: 2, trigger: { kind: 'manual' }, datasetVersions: [1] });
    expect(run.trigger.reason).toMatch(/with fewer rounds$/);
  });

  it('does not train on too little data, and does once there is more', async () => {
    const model = on().model('little');
    await model.apply({ evaluation: { minHoldoutRows: 50 }, deployment: { target: 'lambda' } });
    const { run } = await model.train('first.csv', customers(60));
    expect(run).toMatchObject({
      status: 'failed',
      failure: { state: 'Prepare', error: 'NotEnoughDataError' },
      jobs: [],
    });
    expect(run.failure?.cause).toMatch(/at least 50 holdout rows/);
    const { run: second } = await model.deploy('second.csv', customers(ROWS, { from: 60 }));
    expect(second).toMatchObject({ status: 'registered', datasetVersions: [1, 2] });
  });

  it('registers nothing that misses its gates, and says by how much', async () => {
    const model = on().model('missed');
    const evaluation = (min: number) => ({ evaluation: { gates: [{ type: 'absolute', metric: 'auc', min }] } });
    await model.apply({ ...evaluation(0.999), deployment: { target: 'lambda' } });
    const { run } = await model.train('first.csv', customers(ROWS));
    expect(run).toMatchObject({ status: 'rejected' });
    expect(run.failure).toBeUndefined();
    expect(run.metrics?.auc).toBeLessThan(0.999);
    const gate = (await model.decisions()).find(({ decisionId }) => decisionId === run.gateDecisionId);
    expect(gate).toMatchObject({ kind: 'gate', outcome: 'failed', runId: run.runId });
    expect(gate?.reasons.join()).toMatch(/0\.999/);
    expect(await model.versions()).toEqual([]);
    expect((await model.infer(customers(1))).status).toBe(404);

    await model.apply({ ...evaluation(0.6), deployment: { target: 'lambda' } });
    const { version } = await model.deploy('second.csv', customers(ROWS, { from: 5_000 }));
    expect(version).toMatchObject({ version: 1, specVersion: 2 });
  });
}
