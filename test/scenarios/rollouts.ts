import { DeleteEndpointCommand, DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import type { Rollout } from '../../domain/registry/entities.ts';
import { customers } from '../fixtures/customers.ts';
import type { Model } from './model.ts';
import { until } from './wait.ts';
import { once, ROWS, type World } from './world.ts';

const STRATEGY = { type: 'canary', steps: [0.5], bake: '4s', minRequests: 10, maxErrorRate: 0.2, maxLatencyMs: 20_000 };
/** A weight that moved is seen by the router within two seconds; the rest is one request. */
const CACHE_SECONDS = 4;

interface Traffic {
  readonly statuses: Set<number>;
  readonly versions: number[];
}

export function rolloutScenarios(on: () => World): void {
  const canary = once(async () => {
    const model = on().model('canary');
    await model.apply({ deployment: { strategy: STRATEGY } });
    await model.deploy('first.csv', customers(ROWS));
    return model;
  });

  /** Begins a rollout, waits until the candidate has its share, and then asks it and the champion until it ends. */
  async function rollOut(
    model: Model,
    version: number,
    begin: () => Promise<unknown>,
    begun: (rollout: Rollout) => Promise<void> = async () => {},
  ): Promise<{ rollout: Rollout; traffic: Traffic }> {
    const before = new Set((await model.rollouts()).map(({ rolloutId }) => rolloutId));
    await begin();
    const candidate = async () =>
      (await model.rollouts()).find((one) => one.candidate === version && !before.has(one.rolloutId));
    const shifting = await until(
      `${model.name}:${version} to get its share`,
      async () => {
        const found = await candidate();
        return found?.status === 'shifting' || found?.endedAt ? found : undefined;
      },
      { seconds: 90 * on().platform.patience },
    );
    await begun(shifting);
    const traffic: Traffic = { statuses: new Set(), versions: [] };
    const rows = customers(3, { from: 20_000 });
    const rollout = await until(
      'the rollout to end',
      async () => {
        const { status, body } = await model.infer(rows);
        traffic.statuses.add(status);
        traffic.versions.push(Number(body.model_version));
        const found = await candidate();
        return found?.endedAt ? found : undefined;
      },
      { seconds: 90 * on().platform.patience },
    );
    return { rollout, traffic };
  }

  const upload = (model: Model, file: string, from: number) => () => model.uploadRows(file, customers(ROWS, { from }));

  const promoted = once(async () => {
    const model = await canary();
    const seen = await rollOut(model, 2, upload(model, 'second.csv', 2_000), async ({ rolloutId }) => {
      expect(await model.traffic()).toMatchObject({
        rolloutId,
        routes: [
          { version: 1, weight: 0.5 },
          { version: 2, weight: 0.5 },
        ],
      });
    });
    return { model, ...seen };
  });

  it('gives a second version its share, watches it, and promotes it', async () => {
    const { model, rollout, traffic } = await promoted();
    expect(rollout).toMatchObject({ status: 'promoted', champion: 1, candidate: 2 });
    expect([...traffic.statuses]).toEqual([200]);
    expect(new Set(traffic.versions)).toEqual(new Set([1, 2]));
    const counts = await model.counts(rollout.rolloutId);
    expect(counts.find(({ version }) => version === 2)?.requests).toBeGreaterThanOrEqual(STRATEGY.minRequests);
    const decisions = (await model.decisions()).filter(({ kind, version }) => kind === 'rollout' && version === 2);
    expect(decisions.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['started', 'promote', 'promoted']));
  });

  const rolledBack = once(async () => {
    const { model } = await promoted();
    const seen = await rollOut(model, 3, upload(model, 'third.csv', 4_000), async ({ target }) => {
      if (target.kind !== 'endpoint') throw new Error('the candidate has no endpoint');
      // somebody deletes it, say, or its instance fails
      await on().platform.sagemaker.send(new DeleteEndpointCommand({ EndpointName: target.endpointName }));
    });
    return { model, ...seen };
  });

  it('takes a candidate back by itself when it fails, and no request notices', async () => {
    const { model, rollout, traffic } = await rolledBack();
    expect(rollout).toMatchObject({ status: 'rolled-back', champion: 2, candidate: 3 });
    expect(rollout.reasons.join()).toMatch(/requests failed/);
    expect([...traffic.statuses]).toEqual([200]);
    expect(new Set(traffic.versions)).toEqual(new Set([2]));
    const failed = (await model.counts(rollout.rolloutId)).find(({ version }) => version === 3);
    expect(failed?.errors).toBeGreaterThan(0);
    expect((await model.champion()).version).toBe(2);
    const { routes, rolloutId } = await model.traffic();
    expect(rolloutId).toBeUndefined();
    expect(routes.filter(({ weight }) => weight > 0)).toMatchObject([{ version: 2, weight: 1 }]);
    expect((await model.predict(customers(1))).version).toBe(2);
  });

  const back = once(async () => {
    const { model } = await rolledBack();
    const { code } = await on().platform.millrace('rollback', model.name, '--reason', 'complaints');
    return { model, code };
  });

  it('goes back to the version before at a word, within the time that routes are cached', async () => {
    const { model, code } = await back();
    expect(code).toBe(0);
    const answered = async () => ((await model.predict(customers(1))).version === 1 ? true : undefined);
    await until('version 1 to answer', answered, { seconds: CACHE_SECONDS });
    expect(await model.champion()).toMatchObject({ version: 1 });
    const { routes } = await model.traffic();
    const EndpointName = routes[0]?.target.kind === 'endpoint' ? routes[0].target.endpointName : '';
    const { EndpointStatus } = await on().platform.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    expect(EndpointStatus).toBe('InService');
  });

  it('rolls a version out again that was taken back before', async () => {
    const { model } = await back();
    const { platform } = on();
    const { rollout, traffic } = await rollOut(model, 2, () => platform.millrace('rollout', 'start', model.name, '2'));
    expect(rollout).toMatchObject({ status: 'promoted', champion: 1, candidate: 2 });
    expect([...traffic.statuses]).toEqual([200]);
    expect((await model.champion()).version).toBe(2);
  });
}
