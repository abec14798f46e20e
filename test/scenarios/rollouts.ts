import { DeleteEndpointCommand, DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import type { Rollout } from '../../domain/registry/entities.ts';
import { RolloutStatus } from '../../domain/rollout/rollout-status.ts';
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

  const SHADOW = { type: 'shadow', bake: '4s', minRequests: 5, maxErrorRate: 0.2, maxLatencyMs: 20_000 };
  const statusOf = async (model: Model): Promise<RolloutStatus> =>
    RolloutStatus.parse(JSON.parse((await on().platform.millrace('rollout', 'status', model.name, '--json')).stdout));
  /** Uploads what becomes the version, and waits until it is watched. */
  async function watched(model: Model, file: string, from: number, version: number): Promise<void> {
    await model.uploadRows(file, customers(ROWS, { from }));
    await until(
      `${model.name}:${version} to be watched`,
      async () => (await model.rollouts()).find((one) => one.candidate === version && one.status === 'shifting'),
      { seconds: 90 * on().platform.patience },
    );
  }

  const shadowed = once(async () => {
    const model = on().model('shadow');
    await model.apply({ deployment: { strategy: SHADOW } });
    await model.deploy('first.csv', customers(ROWS));
    await watched(model, 'second.csv', 2_000, 2);
    const answered = new Set<string>();
    const status = await until(
      'the shadow to come through',
      async () => {
        const { status: code, body } = await model.infer(customers(3, { from: 20_000 }));
        answered.add(`${code} by ${body.model_version}`);
        const seen = await statusOf(model);
        return seen.judgement.reasons.join().includes('came through') || seen.endedAt ? seen : undefined;
      },
      { seconds: 90 * on().platform.patience },
    );
    return { model, status, answered };
  });

  it('compares a version in the shadow with the champion, and no answer is the shadow’s', async () => {
    const { model, status, answered } = await shadowed();
    expect([...answered]).toEqual(['200 by 1']);
    expect(status).toMatchObject({ strategy: 'shadow', status: 'shifting', shadow: { version: 2, share: 1 } });
    expect(status.comparison?.requests).toBeGreaterThanOrEqual(SHADOW.minRequests);
    expect(status.comparison?.rows).toBe(3 * (status.comparison?.requests ?? 0));
    const shadow = status.arms.find(({ version }) => version === 2);
    expect(shadow).toMatchObject({ role: 'candidate', share: 0, errors: 0 });
    expect((await model.traffic()).routes).toMatchObject([{ version: 1, weight: 1 }]);
  });

  const byHand = once(async () => {
    const { model } = await shadowed();
    const order = (verb: string, reason: string) =>
      on().platform.millrace('rollout', verb, model.name, '--reason', reason);
    const codes = [(await order('pause', 'people are away')).code];
    const { pause } = await statusOf(model);
    codes.push((await order('resume', 'they are back')).code, (await order('promote', 'it agrees')).code);
    const promoted = await model.champion();
    const late = await order('rollback', 'too late');
    await watched(model, 'third.csv', 4_000, 3);
    codes.push((await order('rollback', 'complaints')).code);
    return { model, codes, pause, promoted, late };
  });

  it('holds, promotes and takes back a rollout at a word', async () => {
    const { model, codes, pause, promoted, late } = await byHand();
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(pause).toMatchObject({ reason: 'people are away' });
    expect(promoted.version).toBe(2);
    expect(late.code).toBe(1);
    expect(await statusOf(model)).toMatchObject({ status: 'rolled-back', candidate: 3, reasons: ['complaints'] });
    const { routes, shadow } = await model.traffic();
    expect(shadow).toBeUndefined();
    expect(routes.filter(({ weight }) => weight > 0)).toMatchObject([{ version: 2, weight: 1 }]);
    const [rollout] = await model.rollouts();
    const name = rollout?.target.kind === 'endpoint' ? rollout.target.endpointName : '';
    const gone = async () =>
      on()
        .platform.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }))
        .then(
          () => undefined,
          () => true,
        );
    await until('the endpoint to be deleted', gone, { seconds: 60 * on().platform.patience });
  });
}
