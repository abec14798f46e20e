import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeHandler } from '../../../lambdas/tick-monitors/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { memoryCaptures } from '../../fixtures/monitoring.ts';

const change = { by: 'test', at: new Date('2026-03-01T00:00:00Z') };
const MONDAY = '2026-03-02T00:00:00.000Z';
const TUESDAY = '2026-03-03T00:00:00.000Z';
const WEDNESDAY = '2026-03-04T00:00:00.000Z';
const window = (start: string, end: string) => ({ start: new Date(start), end: new Date(end) });
const FIRST = window(MONDAY, TUESDAY);
const SECOND = window(TUESDAY, WEDNESDAY);
const LATER = '2026-03-05T00:00:00.000Z';

async function world(monitoring = {}) {
  const registry = memoryRegistry();
  const captures = memoryCaptures();
  const sent: object[] = [];
  const handler = makeHandler({
    registry,
    captures: captures.captures,
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
    w.captures.put('churn', FIRST, 'a', []);
  });

  const moments = [
    { at: '2026-03-03T00:14:59.999Z', due: false, what: 'a millisecond before the lateness is over' },
    { at: '2026-03-03T00:15:00.000Z', due: true, what: 'once the lateness is over' },
    { at: '2026-03-20T00:00:00.000Z', due: true, what: 'long after' },
  ];
  for (const { at, due, what } of moments) {
    it(`${due ? 'asks' : 'does not ask'} for a window ${what}`, async () => {
      await w.tick(at);
      expect(w.sent).toEqual(due ? [{ model: 'churn', windows: [{ start: MONDAY, end: TUESDAY }], at }] : []);
    });
  }

  const ends = [
    { at: '2026-03-02T23:59:59.999Z', reads: 0, what: 'a millisecond before the window is over' },
    { at: '2026-03-03T00:00:00.000Z', reads: 1, what: 'once it is over' },
  ];
  for (const { at, reads, what } of ends) {
    it(`reads ${reads === 0 ? 'nothing' : 'the spec'} of a model ${what}`, async () => {
      const read = vi.spyOn(w.registry, 'requireSpec');
      await w.tick(at);
      expect(read).toHaveBeenCalledTimes(reads);
      expect(w.sent).toEqual([]);
    });
  }

  it('takes its moment from the schedule as well', async () => {
    await w.handler({ 'detail-type': 'Scheduled Event', source: 'aws.events', time: '2026-03-03T01:00:00Z' });
    expect(w.sent).toMatchObject([{ model: 'churn', at: '2026-03-03T01:00:00.000Z' }]);
  });

  it('refuses an event that says no moment', async () => {
    await expect(w.handler({ 'detail-type': 'Scheduled Event' })).rejects.toThrow('time');
    await expect(w.handler({ 'detail-type': 'MonitoringTickRequested', detail: { model: '*' } })).rejects.toThrow();
  });

  it('asks for all windows of a model in one message, oldest first', async () => {
    w.captures.put('churn', SECOND, 'a', []);
    await w.tick(LATER);
    const windows = [
      { start: MONDAY, end: TUESDAY },
      { start: TUESDAY, end: WEDNESDAY },
    ];
    expect(w.sent).toEqual([{ model: 'churn', windows, at: LATER }]);
  });

  it('asks for no more than one run gets through, the oldest; the others keep their mark', async () => {
    for (let day = 0; day < 70; day++) {
      const start = Date.parse(MONDAY) + day * 86_400_000;
      w.captures.put('churn', { start: new Date(start), end: new Date(start + 86_400_000) }, 'a', []);
    }
    await w.tick('2026-12-01T00:00:00.000Z');
    const [message] = w.sent as { windows: { start: string }[] }[];
    expect(message?.windows).toHaveLength(60);
    expect(message?.windows[0]?.start).toBe(MONDAY);
    expect(w.captures.marks.size).toBe(70);
  });

  it('does not ask for a window that nothing was added to', async () => {
    await w.captures.captures.clean({ model: 'churn', window: FIRST });
    await w.tick(LATER);
    expect(w.sent).toEqual([]);
  });

  it('leaves the mark on: who monitors the window takes it off', async () => {
    await w.tick(LATER);
    await w.tick(LATER);
    expect(w.sent).toHaveLength(2);
    expect(w.captures.marks.size).toBe(1);
  });

  it('passes over models without a champion, and keeps their marks for when they have one', async () => {
    await w.model('no-champion', { champion: false });
    w.captures.put('no-champion', FIRST, 'a', []);
    await w.tick(LATER);
    expect(w.sent).toMatchObject([{ model: 'churn' }]);
    expect(w.captures.marks.size).toBe(2);
  });

  it('forgets the marks of models that are not monitored or not registered', async () => {
    await w.model('disabled', { enabled: false });
    for (const name of ['disabled', 'gone']) w.captures.put(name, FIRST, 'a', []);
    await w.tick(LATER);
    expect(w.sent).toMatchObject([{ model: 'churn' }]);
    expect([...w.captures.marks.values()].map(({ model }) => model)).toEqual(['churn']);
  });

  it('looks at one model when one is named', async () => {
    await w.model('fraud');
    w.captures.put('fraud', FIRST, 'a', []);
    await w.tick(LATER, 'fraud');
    expect(w.sent).toMatchObject([{ model: 'fraud' }]);
  });

  it('looks at all other models when one fails, and then says which did', async () => {
    await w.model('fraud');
    w.captures.put('fraud', FIRST, 'a', []);
    const { findAlias } = w.registry;
    w.registry.findAlias = (model, alias) =>
      model === 'churn' ? Promise.reject(new Error('throttled')) : findAlias(model, alias);
    await expect(w.tick(LATER)).rejects.toThrow('could not tick churn: Error: throttled');
    expect(w.sent).toMatchObject([{ model: 'fraud' }]);
  });
});
