import { describe, expect, it } from 'vitest';
import { anEndpointPlatform, type Build, endpointOf } from '../fixtures/platform/endpoint-platform.ts';
import { serviceFault } from '../fixtures/platform/virtual-sagemaker.ts';

/** Version 2 is champion, version 1 stands by at weight 0. */
async function servingTwo(build: Build = {}) {
  const platform = await anEndpointPlatform(build);
  await platform.servingOne();
  await platform.start(2);
  await platform.pass(30);
  expect(await platform.weights()).toEqual({ 1: 0, 2: 1 });
  platform.lost.length = 0;
  return platform;
}
type Platform = Awaited<ReturnType<typeof servingTwo>>;
const champion = endpointOf(2);
const outcomes = async ({ registry }: Platform) =>
  (await registry.listDecisions('churn', 'endpoint')).map(({ outcome }) => outcome).sort();

const drifts: [string, (platform: Platform) => void][] = [
  ['was deleted by hand', ({ sagemaker }) => void sagemaker.endpoints.delete(champion)],
  ['failed', ({ sagemaker }) => set(sagemaker, { status: 'Failed', reason: 'no capacity' })],
  ['went out of service', ({ sagemaker }) => set(sagemaker, { status: 'OutOfService' })],
  ['fell back to another configuration', ({ sagemaker }) => set(sagemaker, { config: 'older' })],
  ['could not be rolled back', ({ sagemaker }) => set(sagemaker, { status: 'UpdateRollbackFailed' })],
];
function set({ endpoints }: Platform['sagemaker'], change: object): void {
  Object.assign(endpoints.get(champion) ?? {}, change);
}

describe('an endpoint of the champion that', () => {
  for (const [what, drift] of drifts) {
    it(`${what} gives its requests away, is created again and verified, and has them back`, async () => {
      const platform = await servingTwo();
      drift(platform);
      await platform.watch('reconcile-endpoints', { source: 'aws.sagemaker', detail: { EndpointName: champion } });
      expect(await platform.weights()).toEqual({ 1: 1, 2: 0 });
      await platform.pass(60);
      expect(await platform.weights()).toEqual({ 1: 0, 2: 1 });
      expect((await platform.registry.findTraffic('churn'))?.intended).toBeUndefined();
      expect(platform.sagemaker.serves(champion)).toBe(true);
      expect(platform.lost).toEqual([]);
      expect(await outcomes(platform)).toEqual(['drifted', 'repaired', 'traffic-moved', 'traffic-restored']);
      expect(platform.published.map(({ name }) => name).filter((name) => name.startsWith('Endpoint'))).toEqual([
        'EndpointDrifted',
        'EndpointRepaired',
      ]);
      expect(platform.registry.parkedNames()).toEqual([]);
      const before = platform.published.length;
      await platform.pass(120);
      expect(platform.published).toHaveLength(before);
    });
  }

  it('is lost unheard is found by the schedule within 15 minutes', async () => {
    const platform = await servingTwo();
    platform.sagemaker.endpoints.delete(champion);
    await platform.pass(15);
    expect(await platform.weights()).toEqual({ 1: 1, 2: 0 });
  });

  it('is lost stays lost without the reconciler', async () => {
    const platform = await servingTwo({ without: ['reconcile-endpoints'] });
    platform.sagemaker.endpoints.delete(champion);
    await platform.pass(120);
    expect(await platform.weights()).toEqual({ 1: 0, 2: 1 });
    expect(platform.lost.length).toBeGreaterThan(5);
  });

  it('comes back with wrong answers gets no request', async () => {
    const platform = await servingTwo();
    platform.sagemaker.behaviour.set(champion, 'answers wrongly');
    platform.sagemaker.endpoints.delete(champion);
    await platform.watch('reconcile-endpoints', { source: 'aws.events', detail: {} });
    await platform.pass(120);
    expect(platform.lost).toEqual([]);
    expect(await platform.weights()).toEqual({ 1: 1, 2: 0 });
    expect(await outcomes(platform)).toContain('repair-failed');
    const [failed] = (await platform.registry.listDecisions('churn', 'endpoint')).filter(
      ({ outcome }) => outcome === 'repair-failed',
    );
    expect(failed?.reasons.join()).toMatch('differs from the scorer');
    platform.sagemaker.behaviour.delete(champion);
    await platform.pass(240);
    expect(await platform.weights()).toEqual({ 1: 0, 2: 1 });
  });

  it('is not repaired from an artifact whose bytes have changed', async () => {
    const platform = await servingTwo();
    platform.tampered.add('2'.repeat(64));
    platform.sagemaker.endpoints.delete(champion);
    await platform.watch('reconcile-endpoints', { source: 'aws.events', detail: {} });
    await platform.pass(120);
    expect(platform.sagemaker.endpoints.has(champion)).toBe(false);
    expect(await platform.weights()).toEqual({ 1: 1, 2: 0 });
  });

  it('cannot be looked at is left as it is', async () => {
    const platform = await servingTwo();
    platform.sagemaker.faults.push({ call: 'DescribeEndpoint', error: serviceFault(), times: 200 });
    const before = await platform.registry.findTraffic('churn');
    await platform.pass(60);
    expect(await platform.registry.findTraffic('churn')).toEqual(before);
    expect(await outcomes(platform)).toEqual([]);
  });

  it('belongs to a rollout under way is left to it', async () => {
    const platform = await anEndpointPlatform();
    await platform.servingOne();
    platform.sagemaker.behaviour.set(champion, 'hangs');
    await platform.start(2);
    await platform.pass(60);
    expect(await outcomes(platform)).toEqual([]);
    expect([...platform.executions.all.keys()]).toEqual(['churn-v1-r1', 'churn-v2-r1']);
  });

  it('is looked at by two at once is repaired once', async () => {
    const platform = await servingTwo();
    platform.sagemaker.endpoints.delete(champion);
    const look = () => platform.watch('reconcile-endpoints', { source: 'aws.events', detail: {} });
    await Promise.all([look(), look(), look()]);
    await platform.pass(60);
    expect((await outcomes(platform)).filter((outcome) => outcome === 'repaired')).toHaveLength(1);
    expect(await platform.weights()).toEqual({ 1: 0, 2: 1 });
  });
});
