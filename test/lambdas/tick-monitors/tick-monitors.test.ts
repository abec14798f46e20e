import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeHandler } from '../../../lambdas/tick-monitors/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { memoryCaptures } from '../../fixtures/monitoring.ts';
import { aMonitorWindow } from '../../fixtures/registry.ts';

const change = { by: 'test', at: new Date('2026-03-01T00:00:00Z') };
const MONDAY = '2026-03-02T00:00:00.000Z';
const TUESDAY = '2026-03-03T00:00:00.000Z';
const WEDNESDAY = '2026-03-04T00:00:00.000Z';

async function world(monitoring = {}) {
  const registry = memoryRegistry();
  const captures = memoryCaptures();
  const sent: object[] = [];
  const handler = makeHandler({
    registry,
    captures: captures.reader,
    send: async (message) => void sent.push(message),
  });
  const model = async (
    name: string,
    { champion = true, ...overrides }: { champion?: boolean; [key: string]: unknown } = {},
  ) => {
    await registry.applySpec(aModelSpec({ name, monitoring: { ...monitoring, ...overrides } }), change);
    const { version: _, ...version } = aModelVersion({ model: name });
    await registry.registerVersion(version, change);
    if (champion) await registry.moveAlias({ model: name, alias: 'champion', version: 1, expectedRev: 0 }, change);
  };
  const tick = (at: string, of = '*') =>
    handler({ 'detail-type': 'MonitoringTickRequested', detail: { schemaVersion: 1, model: of, at } });
  return { registry, captures, sent, handler, model, tick };
}

describe('a tick', () => {
  let w: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    w = await world();
    await w.model('churn');
    w.captures.put('churn', MONDAY, 'a', []);
  });

  const moments = [
    { at: '2026-03-03T00:14:59.999Z', due: false, what: 'a millisecond before the lateness is over' },
    { at: '2026-03-03T00:15:00.000Z', due: true, what: 'once the lateness is over' },
    { at: '2026-03-20T00:00:00.000Z', due: true, what: 'long after' },
  ];
  for (const { at, due, what } of moments) {
    it(`${due ? 'asks' : 'does not ask'} for a window ${what}`, async () => {
      await w.tick(at);
      expect(w.sent).toEqual(due ? [{ model: 'churn', windowStart: MONDAY, windowEnd: TUESDAY, at }] : []);
    });
  }

  it('takes its moment from the schedule as well', async () => {
    await w.handler({ 'detail-type': 'Scheduled Event', source: 'aws.events', time: '2026-03-03T01:00:00Z' });
    expect(w.sent).toEqual([
      { model: 'churn', windowStart: MONDAY, windowEnd: TUESDAY, at: '2026-03-03T01:00:00.000Z' },
    ]);
  });

  it('refuses an event that says no moment', async () => {
    await expect(w.handler({ 'detail-type': 'Scheduled Event' })).rejects.toThrow('time');
    await expect(w.handler({ 'detail-type': 'MonitoringTickRequested', detail: { model: '*' } })).rejects.toThrow();
  });

  it('asks for the newest of several windows, in one message', async () => {
    w.captures.put('churn', TUESDAY, 'a', []);
    await w.tick('2026-03-05T00:00:00.000Z');
    expect(w.sent).toMatchObject([{ windowStart: TUESDAY, windowEnd: WEDNESDAY }]);
  });

  it('does not ask again for a window that was monitored', async () => {
    await w.registry.putMonitorWindow(aMonitorWindow({ windowStart: MONDAY }), change);
    await w.tick('2026-03-05T00:00:00.000Z');
    expect(w.sent).toEqual([]);
  });

  it('asks for an older window whose capture came after a newer one was monitored', async () => {
    await w.registry.putMonitorWindow(aMonitorWindow({ windowStart: TUESDAY, windowEnd: WEDNESDAY }), change);
    await w.tick('2026-03-05T00:00:00.000Z');
    expect(w.sent).toMatchObject([{ windowStart: MONDAY }]);
  });

  for (const { days, due } of [
    { days: 60, due: true },
    { days: 61, due: false },
  ]) {
    it(`${due ? 'looks' : 'does not look'} ${days} windows back`, async () => {
      const at = new Date(Date.parse(MONDAY) + days * 86_400_000 + 15 * 60_000).toISOString();
      await w.tick(at);
      expect(w.sent).toHaveLength(due ? 1 : 0);
    });
  }

  it('knows that an old window was monitored when newer ones fill the list', async () => {
    for (let day = 0; day < 70; day++) {
      const windowStart = new Date(Date.parse(MONDAY) + day * 86_400_000).toISOString();
      await w.registry.putMonitorWindow(aMonitorWindow({ windowStart }), change);
    }
    await w.tick('2026-03-04T00:15:00.000Z');
    expect(w.sent).toEqual([]);
  });

  it('passes over models without a champion, without monitoring and without capture', async () => {
    await w.model('no-champion', { champion: false });
    await w.model('disabled', { enabled: false });
    await w.model('silent');
    for (const name of ['no-champion', 'disabled']) w.captures.put(name, MONDAY, 'a', []);
    await w.tick('2026-03-05T00:00:00.000Z');
    expect(w.sent).toMatchObject([{ model: 'churn' }]);
  });

  it('looks at one model when one is named', async () => {
    await w.model('fraud');
    w.captures.put('fraud', MONDAY, 'a', []);
    await w.tick('2026-03-05T00:00:00.000Z', 'fraud');
    expect(w.sent).toMatchObject([{ model: 'fraud' }]);
  });

  it('passes over folders of another window length', async () => {
    await w.model('hourly', { window: '12h' });
    w.captures.put('hourly', '2026-03-02T06:00:00.000Z', 'a', []);
    await w.tick('2026-03-05T00:00:00.000Z', 'hourly');
    expect(w.sent).toEqual([]);
  });

  it('looks at all other models when one fails, and then says which did', async () => {
    await w.model('fraud');
    w.captures.put('fraud', MONDAY, 'a', []);
    const { findAlias } = w.registry;
    w.registry.findAlias = (model, alias) =>
      model === 'churn' ? Promise.reject(new Error('throttled')) : findAlias(model, alias);
    await expect(w.tick('2026-03-05T00:00:00.000Z')).rejects.toThrow('could not tick churn: Error: throttled');
    expect(w.sent).toMatchObject([{ model: 'fraud' }]);
  });
});
