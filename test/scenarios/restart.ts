import { expect, it } from 'vitest';
import { customers } from '../fixtures/customers.ts';
import { until } from './wait.ts';
import { ROWS, type World } from './world.ts';

export function restartScenarios(on: () => World): void {
  it('keeps its models and goes on working over a restart', async ({ skip }) => {
    const { local, platform, churn } = on();
    if (!local) return skip('nobody restarts AWS');
    const { model } = await churn();
    const rows = customers(5, { from: 50_000 });
    const before = await model.predict(rows);
    const busy = on().model('interrupted');
    await busy.apply({ training: { xgboost: { hyperparameters: { num_round: 1_000_000 } } } });
    const dataset = await busy.verdict(await busy.uploadRows('rows.csv', customers(ROWS)));
    const { runId } = await busy.runOf([dataset.version]);
    await until('its training job', async () => (await busy.runs())[0]?.jobs[0]);
    await local.restart();
    const after = await model.predict(rows);
    expect({ version: after.version, data: after.data }).toEqual({ version: before.version, data: before.data });
    expect(await model.versions()).toHaveLength(1);

    expect(await busy.ended(runId)).toMatchObject({ status: 'failed', failure: { error: 'States.ServiceRestart' } });
    await busy.apply({ deployment: { target: 'lambda' } });
    const { run } = await busy.deploy('more.csv', customers(ROWS, { from: 6_000 }));
    expect(run).toMatchObject({ status: 'registered', datasetVersions: [1, 2] });

    const { version } = await model.deploy('after.csv', customers(ROWS, { from: 6_000 }));
    expect(version).toMatchObject({ version: 2, datasetVersions: [1, 2] });
    expect((await model.predict(rows)).version).toBe(2);
    const { code } = await platform.millrace('audit', model.name, '--verify');
    expect(code).toBe(0);
  });
}
