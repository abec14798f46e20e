import { expect, it } from 'vitest';
import { customers } from '../fixtures/customers.ts';
import { beat } from './heartbeat.ts';
import type { Model } from './model.ts';
import { until } from './wait.ts';
import { ROWS, type World } from './world.ts';

export function approvalScenarios(on: () => World): void {
  /** A version that waits for somebody's word. */
  async function pending(name: string, deployment: object = {}): Promise<{ model: Model; runId: string }> {
    const model = on().model(name);
    await model.apply({ deployment: { approval: 'manual', ...deployment } });
    const dataset = await model.verdict(await model.uploadRows('rows.csv', customers(ROWS)));
    const { runId } = await model.runOf([dataset.version]);
    await until(`${model.name}:1 to wait`, async () => ((await model.versions()).length > 0 ? true : undefined), {
      seconds: 60 * on().platform.patience,
    });
    return { model, runId };
  }
  const answers = async (model: Model) => (await model.decisions()).filter(({ kind }) => kind === 'approval');

  it('deploys a version once somebody approves it', async () => {
    const { model, runId } = await pending('approved');
    expect(await model.version(1)).toMatchObject({ approvalStatus: 'PendingManualApproval' });
    expect((await model.infer(customers(1))).status).toBe(404);
    expect(await model.rollouts()).toEqual([]);
    // the version is registered a moment before its run waits for the answer
    const told = await until('the run to wait', async () => {
      const { code, stdout } = await on().platform.millrace(
        'approve',
        model.name,
        '1',
        '--reason',
        'looks right',
        '--json',
      );
      expect(code).toBe(0);
      return JSON.parse(stdout) as { approvalStatus: string };
    });
    expect(told.approvalStatus).toBe('Approved');
    expect(await model.ended(runId)).toMatchObject({ status: 'registered', modelVersion: 1 });
    expect(await model.rolledOut(1)).toMatchObject({ status: 'promoted' });
    expect(await answers(model)).toMatchObject([{ outcome: 'approved', reasons: ['looks right'], version: 1, runId }]);
    expect((await model.predict(customers(1))).version).toBe(1);
  });

  it('deploys nothing that somebody denies', async () => {
    const { model, runId } = await pending('denied');
    const { code } = await on().platform.millrace('approve', model.name, '1', '--deny', '--reason', 'not now');
    expect(code).toBe(0);
    expect(await model.ended(runId)).toMatchObject({ status: 'rejected' });
    expect(await model.version(1)).toMatchObject({ approvalStatus: 'Rejected' });
    expect(await answers(model)).toMatchObject([{ outcome: 'denied', reasons: ['not now'] }]);
    expect(await model.rollouts()).toEqual([]);
    expect((await model.infer(customers(1))).status).toBe(404);
    const again = await on().platform.millrace('approve', model.name, '1', '--reason', 'after all');
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/Rejected/) });
  });

  it('rejects a version that nobody answers for in time', async () => {
    const { model, runId } = await pending('expired', { approvalTimeout: '1s' });
    await beat(on().platform, 'ResumeJob', async () => (await model.runs())[0]?.status !== 'running');
    expect(await model.ended(runId)).toMatchObject({ status: 'rejected' });
    expect(await model.version(1)).toMatchObject({ approvalStatus: 'Rejected' });
    expect(await model.rollouts()).toEqual([]);
  });
}
