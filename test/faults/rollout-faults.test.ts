import { describe, expect, it } from 'vitest';
import { anEndpointPlatform, type Build, endpointOf } from '../fixtures/platform/endpoint-platform.ts';
import { quota } from '../fixtures/platform/virtual-sagemaker.ts';

const CANARY: Build = {
  deployment: { strategy: { type: 'canary', steps: [0.5], bake: '10m', minRequests: 100, maxErrorRate: 0.01 } },
};
const candidate = endpointOf(2);
/** Longer than the grace of an orphan and the time between two looks for them. */
const HALF_A_DAY = 13 * 60;

/** Version 2 is rolled out while the fault is there; afterwards everything that runs by itself has run. */
async function rollOut(inject: (platform: Platform) => void, { build = CANARY, minutes = HALF_A_DAY } = {}) {
  const platform = await anEndpointPlatform(build);
  await platform.servingOne();
  inject(platform);
  // a start that was killed is repeated by who asked for it
  for (let tries = 0; tries < 3; tries++) {
    const started = await platform.start(2).catch(() => undefined);
    if (started) break;
  }
  await platform.pass(minutes);
  return platform;
}
type Platform = Awaited<ReturnType<typeof anEndpointPlatform>>;

async function ending({ registry }: Platform) {
  const [rollout] = await registry.listRollouts('churn');
  return { status: rollout?.status, reasons: rollout?.reasons.join() ?? '' };
}

async function snapshot({ registry, sagemaker, published }: Platform): Promise<string> {
  const kept = [
    await registry.findTraffic('churn'),
    await registry.listAliases('churn'),
    await registry.listRollouts('churn'),
  ];
  return JSON.stringify([kept, sagemaker.held(), published.length, registry.parkedNames()]);
}

/** What holds after every fault, whatever came of the rollout. */
async function expectSound(platform: Platform): Promise<void> {
  expect(platform.lost).toEqual([]);
  expect(await platform.orphans()).toEqual([]);
  const { status, reasons } = await ending(platform);
  expect(status).toMatch(/^(promoted|rolled-back)$/);
  if (status === 'rolled-back') expect(reasons).toMatch(/\w{4}/);
  const before = await snapshot(platform);
  await platform.pass(HALF_A_DAY);
  expect(await snapshot(platform)).toBe(before);
}

const error = (name: string) => Object.assign(new Error(`${name} was refused`), { name: 'AccessDeniedException' });
const failing =
  (call: string, times = 100) =>
  (platform: Platform) =>
    void platform.sagemaker.faults.push({ call, error: error(call), times });

const faults: [string, (platform: Platform) => void, RegExp][] = [
  ['CreateModel is refused', failing('CreateModel'), /CreateModel was refused/],
  ['CreateEndpointConfig is refused', failing('CreateEndpointConfig'), /CreateEndpointConfig was refused/],
  ['CreateEndpoint is refused', failing('CreateEndpoint'), /CreateEndpoint was refused/],
  ['the endpoint fails', ({ sagemaker }) => void sagemaker.behaviour.set(candidate, 'fails'), /ping health check/],
  ['the endpoint hangs in Creating', ({ sagemaker }) => void sagemaker.behaviour.set(candidate, 'hangs'), /timed out/],
  ['the container crashes', ({ sagemaker }) => void sagemaker.behaviour.set(candidate, 'crashes'), /crashed/],
  [
    'it answers wrongly',
    ({ sagemaker }) => void sagemaker.behaviour.set(candidate, 'answers wrongly'),
    /differs from the scorer/,
  ],
  ['the artifact was swapped', ({ tampered }) => void tampered.add('2'.repeat(64)), /was registered/],
];

/** An hour after the container of a candidate crashed that had its share already. */
async function crashed(build: Build): Promise<Platform> {
  const platform = await anEndpointPlatform(build);
  await platform.servingOne();
  await platform.start(2);
  while (!(2 in (await platform.weights()))) await platform.pass(1);
  platform.sagemaker.behaviour.set(candidate, 'crashes');
  await platform.pass(60);
  expect(await ending(platform)).toMatchObject({
    status: 'rolled-back',
    reasons: expect.stringMatching(/requests failed/),
  });
  return platform;
}

describe('a rollout', () => {
  for (const [what, inject, reason] of faults) {
    it(`during which ${what} is rolled back and says so`, async () => {
      const platform = await rollOut(inject);
      expect(await ending(platform)).toMatchObject({ status: 'rolled-back', reasons: expect.stringMatching(reason) });
      expect(await platform.weights()).toEqual({ 1: 1 });
      await expectSound(platform);
    });
  }

  it('waits for a quota and goes on when it frees up', async () => {
    const inject = ({ sagemaker }: Platform) =>
      void sagemaker.faults.push({ call: 'CreateEndpoint', error: quota(), times: 8 });
    const platform = await rollOut(inject);
    expect(await ending(platform)).toMatchObject({ status: 'promoted' });
    await expectSound(platform);
  });

  it('gives up on a quota that stays used up, and names it', async () => {
    const inject = ({ sagemaker }: Platform) =>
      void sagemaker.faults.push({ call: 'CreateEndpoint', error: quota(), times: 1_000 });
    const platform = await rollOut(inject, { minutes: 48 * 60 });
    expect(await ending(platform)).toMatchObject({
      status: 'rolled-back',
      reasons: expect.stringMatching(/service limit/),
    });
    await expectSound(platform);
  });

  it('whose container crashes after it was verified is judged and rolled back', async () => {
    const platform = await crashed(CANARY);
    // at once, and not by who looks for orphans later
    expect(await platform.orphans()).toEqual([]);
    await platform.pass(HALF_A_DAY);
    await expectSound(platform);
  });
});

/** Calls of ports that a rollout without faults makes. */
async function portCalls(): Promise<number> {
  const platform = await anEndpointPlatform(CANARY);
  await platform.servingOne();
  platform.kill.calls = 0;
  await platform.start(2);
  await platform.pass(60);
  expect(await ending(platform)).toMatchObject({ status: 'promoted' });
  return platform.kill.calls;
}
const calls = await portCalls();
if (calls < 40) throw new Error(`a rollout makes more than ${calls} calls: the matrix would prove nothing`);

describe(`a rollout of which a function is killed at any of its ${calls} calls`, () => {
  for (const [how, kill] of [
    ['as a fault of the model’s code looks', { as: 'Runtime.ExitError', stop: '' }],
    ['as a fault of Lambda’s looks, which is tried again', { as: 'Lambda.ServiceException', stop: '' }],
    ['with its execution', { as: 'Runtime.ExitError', stop: 'churn-v2-r1' }],
  ] as const) {
    it(`${how}: the champion serves, nothing is left over, and it ends with a reason`, async () => {
      const endings = new Map<string, number>();
      for (let at = 1; at <= calls; at++) {
        const platform = await rollOut((world) => Object.assign(world.kill, { in: at, ...kill }));
        try {
          await expectSound(platform);
        } catch (cause) {
          throw new Error(`killed at call ${at}: ${cause}`, { cause });
        }
        const { status = '' } = await ending(platform);
        endings.set(status, (endings.get(status) ?? 0) + 1);
      }
      expect(endings.get('promoted')).toBeGreaterThan(0);
    }, 300_000);
  }
});

describe('a build in which', () => {
  it('nobody looks for orphans leaves an endpoint that hung in creation', async () => {
    const hang = ({ sagemaker }: Platform) => void sagemaker.behaviour.set(candidate, 'hangs');
    const platform = await rollOut(hang, { build: { ...CANARY, without: ['remove-orphans'] } });
    expect(await platform.orphans()).toContain(`arn:endpoint/${candidate}`);
  });

  it('nothing is verified answers wrongly', async () => {
    const wrong = ({ sagemaker }: Platform) => void sagemaker.behaviour.set(candidate, 'answers wrongly');
    const platform = await rollOut(wrong, { build: { ...CANARY, verifiesNothing: true } });
    expect(platform.lost.length).toBeGreaterThan(0);
  });

  it('a rollback forgets the endpoint leaves it until the look for orphans', async () => {
    const platform = await crashed({ ...CANARY, deletesNoEndpoint: true });
    expect(await platform.orphans()).toContain(`arn:endpoint/${candidate}`);
    await platform.pass(HALF_A_DAY);
    expect(await platform.orphans()).toEqual([]);
  });

  it('nobody watches executions leaves a rollout open whose execution was stopped', async () => {
    const stop = (world: Platform) =>
      void Object.assign(world.kill, { in: 30, as: 'Runtime.ExitError', stop: 'churn-v2-r1' });
    const platform = await rollOut(stop, { build: { ...CANARY, without: ['reconcile-executions'] } });
    expect(await ending(platform)).toMatchObject({ status: 'deploying' });
  });
});
