import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyLiveCounts } from '../../../domain/monitoring/live-counts.ts';
import { MonitorReport } from '../../../domain/monitoring/report.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aMonitoredApi, calmRows, day, shiftedRows } from '../../fixtures/monitored-api.ts';
import { aMonitorWindow } from '../../fixtures/registry.ts';
import { anApi, CHANGE } from './api-under-test.ts';

let api: Awaited<ReturnType<typeof aMonitoredApi>>;
beforeEach(async () => {
  api = await aMonitoredApi();
});

const get = async (path: string, query: Record<string, string> = {}) => {
  const { status, body } = await api.call('GET', path, undefined, { query });
  return { status, body };
};
describe('GET models/:model/windows/:id/report', () => {
  it('answers with the report of the window as it stands', async () => {
    await api.monitor({ start: day(2), rows: shiftedRows(2) });
    const { status, body } = await get(`models/churn/windows/${day(2)}/report`);
    expect(status).toBe(200);
    const report = MonitorReport.parse(body);
    expect(report).toMatchObject({ windowStart: day(2), status: 'warn', rows: 400 });
    await api.monitor({ start: day(2), rows: [...shiftedRows(2), ...calmRows(3)] });
    expect((await get(`models/churn/windows/${day(2)}/report`)).body.rows).toBe(800);
  });

  it('says which window there is not', async () => {
    for (const [path, detail] of [
      [`models/churn/windows/${day(9)}/report`, `window ${day(9)} of churn`],
      ['models/churn/windows/latest/report', 'window latest of churn'],
      [`models/none/windows/${day(2)}/report`, `window ${day(2)} of none`],
    ] as const) {
      const { status, body } = await get(path);
      expect(status).toBe(404);
      expect(body.detail).toContain(detail);
    }
  });
});

describe('GET models/:model/windows/:id/profiles', () => {
  it('answers with the profiles of the version that was judged and of its baseline', async () => {
    await api.monitor({ start: day(2), rows: calmRows(2), version: 2 });
    const { status, body } = await get(`models/churn/windows/${day(2)}/profiles`);
    expect(status).toBe(200);
    expect(body.version).toBe(2);
    expect(body.window.rows).toBe(400);
    const names = ['age', 'spend', 'plan', 'active'];
    expect(body.baseline.features.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(body.window.columns.map(({ name }: { name: string }) => name)).toEqual([...names, 'prediction']);
    expect(body.baseline.prediction).toMatchObject({ name: 'prediction', count: 10_000 });
    expect(body.window.columns[0].bins.edges).toEqual(body.baseline.features[0].bins.edges);
  });

  it('has the baseline alone once the record has expired, and still the report', async () => {
    api.expire(await api.monitor({ start: day(2), rows: calmRows(2) }));
    const { status, body } = await get(`models/churn/windows/${day(2)}/profiles`);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('window');
    expect(body.baseline.features).toHaveLength(4);
    expect((await get(`models/churn/windows/${day(2)}/report`)).status).toBe(200);
  });

  it('shows no value of a feature that was declared protected since', async () => {
    await api.monitor({ start: day(2), rows: calmRows(2) });
    await api.registry.applySpec(aModelSpec({ data: { protected: ['gender', 'plan', 'age'] } }), CHANGE);
    const { body } = await get(`models/churn/windows/${day(2)}/profiles`);
    for (const columns of [body.baseline.features, body.window.columns]) {
      const [age, spend, plan] = columns;
      expect(JSON.stringify(plan)).not.toMatch(/free|basic|pro"/);
      expect(Object.keys(age).sort()).toEqual(['count', 'infinities', 'name', 'nans', 'nulls', 'type']);
      expect(spend.bins.edges).toHaveLength(9);
    }
  });

  it('knows no other window', async () => {
    expect((await get(`models/churn/windows/${day(9)}/profiles`)).status).toBe(404);
  });
});

describe('GET models/:model/history', () => {
  const history = (query: Record<string, string> = {}) => get('models/churn/history', query);

  it('sums windows to weeks', async () => {
    for (const date of [2, 3, 8, 9]) await api.monitor({ start: day(date), rows: calmRows(date) });
    const { status, body } = await history({ by: 'week' });
    expect(status).toBe(200);
    expect(body.more).toBe(false);
    expect(body.items).toMatchObject([
      { start: day(9), windowStart: day(9), windowEnd: day(10), windows: 1, rows: 400 },
      { start: day(2), windowStart: day(2), windowEnd: day(9), windows: 3, expired: 0, rows: 1_200, status: 'ok' },
    ]);
    expect(body.items[0]).not.toHaveProperty('partial');
  });

  it('finds in the sum what its windows were too small for', async () => {
    api = await aMonitoredApi({ monitoring: { minRows: 500 } });
    for (const date of [2, 3]) await api.monitor({ start: day(date), rows: shiftedRows(date) });
    const [sum] = (await history({ by: 'week' })).body.items;
    expect(sum.windowStatuses).toEqual({ insufficient_data: 2 });
    expect(sum.status).toBe('warn');
    const spend = sum.findings.find(
      ({ subject, monitor }: { subject: string; monitor: string }) =>
        subject === 'spend' && monitor === 'feature-drift',
    );
    expect(spend).toMatchObject({ status: 'alarm', rows: 800 });
  });

  it('says how its windows were judged besides the sum', async () => {
    for (const date of [2, 3]) await api.monitor({ start: day(date), rows: shiftedRows(date) });
    const [sum] = (await history({ by: 'month' })).body.items;
    expect(sum).toMatchObject({ start: day(1), windowStatuses: { warn: 1, alarm: 1 }, status: 'warn' });
  });

  it('goes by days unless told otherwise', async () => {
    const hour = (at: number) => new Date(Date.parse(day(2)) + at * 3_600_000).toISOString();
    for (const at of [0, 1, 23]) await api.monitor({ start: hour(at), end: hour(at + 1), rows: calmRows(at) });
    expect((await history()).body.items).toMatchObject([{ start: day(2), windowEnd: day(3), rows: 1_200 }]);
  });

  it('gives a period in which the version changed one sum for each', async () => {
    await api.monitor({ start: day(2), rows: calmRows(2) });
    await api.monitor({ start: day(3), rows: calmRows(3), version: 2 });
    await api.monitor({ start: day(4), rows: calmRows(4), version: 2 });
    expect((await history({ by: 'week' })).body.items).toMatchObject([
      { start: day(2), version: 2, windowStart: day(3), windowEnd: day(5), rows: 800 },
      { start: day(2), version: 1, windowStart: day(2), windowEnd: day(3), rows: 400 },
    ]);
  });

  it('leaves windows of before another evaluation.threshold apart', async () => {
    const live = (threshold: number) => ({
      live: emptyLiveCounts({ task: 'binary', threshold, classes: 2, probabilities: false }),
    });
    await api.monitor({ start: day(2), rows: calmRows(2), changes: live(0.5) });
    await api.monitor({ start: day(3), rows: calmRows(3), changes: live(0.4) });
    await api.monitor({ start: day(4), rows: calmRows(4), changes: live(0.4) });
    const { items } = (await history({ by: 'week' })).body;
    expect(items).toMatchObject([{ windows: 2, apart: 1, expired: 0, rows: 800 }]);
  });

  it('counts the records that have expired', async () => {
    const windows = [];
    for (const date of [2, 3, 9]) windows.push(await api.monitor({ start: day(date), rows: calmRows(date) }));
    for (const window of windows.slice(0, 1)) api.expire(window);
    expect((await history({ by: 'week' })).body.items[1]).toMatchObject({ windows: 1, expired: 1, rows: 400 });
  });

  it('keeps a period in the list whose records are all gone', async () => {
    api.expire(await api.monitor({ start: day(2), rows: shiftedRows(2) }));
    await api.monitor({ start: day(9), rows: calmRows(9) });
    const [, gone] = (await history({ by: 'week' })).body.items;
    expect(gone).toMatchObject({
      ...{ start: day(2), windowStart: day(2), windowEnd: day(3), version: 1, windows: 0, expired: 1 },
      ...{ status: 'insufficient_data', rows: 0, outcomes: [], findings: [], windowStatuses: { warn: 1 } },
    });
  });

  it('has as many periods as asked for, and goes on before one', async () => {
    for (const date of [2, 3, 4]) await api.monitor({ start: day(date), rows: calmRows(date) });
    await api.monitor({ start: day(5), rows: calmRows(5), version: 2 });
    const starts = (body: { items: { start: string }[] }) => body.items.map(({ start }) => start);
    const first = (await history({ limit: '2' })).body;
    expect({ starts: starts(first), more: first.more }).toEqual({ starts: [day(5), day(4)], more: true });
    const rest = (await history({ limit: '2', before: day(4) })).body;
    expect({ starts: starts(rest), more: rest.more }).toEqual({ starts: [day(3), day(2)], more: false });
  });

  describe('of more windows than one answer reads', () => {
    const hour = (at: number) => new Date(Date.parse(day(2)) + at * 3_600_000).toISOString();
    beforeEach(async () => {
      const window = await api.monitor({ start: hour(0), end: hour(1), rows: [] });
      for (let at = 1; at <= 200; at++) {
        const span = { windowStart: hour(at), windowEnd: hour(at + 1) };
        await api.anUnopened({ ...window, ...span });
      }
    });

    it('leaves out the period that goes on beyond them', async () => {
      const { body } = await history({ by: 'day' });
      expect(body.more).toBe(true);
      expect(body.items.at(-1)).toMatchObject({ start: day(3), windows: 0, expired: 24 });
      const rest = (await history({ by: 'day', before: day(3) })).body;
      expect(rest).toMatchObject({ more: false, items: [{ start: day(2), windows: 1, expired: 23 }] });
    });

    it('says of a single period that it is not all of it', async () => {
      const { body } = await history({ by: 'month' });
      expect(body).toMatchObject({ more: true, items: [{ start: day(1), windowStart: hour(1), partial: true }] });
    });
  });

  it('is empty where nothing was monitored yet', async () => {
    expect((await history()).body).toEqual({ items: [], more: false });
  });

  const refused: [Record<string, string>, string][] = [
    [{ by: 'year' }, 'by'],
    [{ by: 'hour' }, 'by'],
    [{ before: 'yesterday' }, 'before'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '1001' }, 'limit'],
  ];
  for (const [query, name] of refused) {
    it(`refuses ${JSON.stringify(query)}`, async () => {
      const { status, body } = await history(query);
      expect(status).toBe(400);
      expect(body.detail).toContain(name);
    });
  }

  it('knows no other model', async () => {
    expect((await get('models/none/history')).status).toBe(404);
  });
});

describe('over all models', () => {
  beforeEach(async () => {
    for (const name of ['ale', 'wine', 'idle']) await api.registry.applySpec(aModelSpec({ name }), CHANGE);
    const put = (model: string, windowStart: string) =>
      api.registry.putMonitorWindow(aMonitorWindow({ model, windowStart }), CHANGE);
    await put('wine', day(2));
    await put('churn', day(3));
    await put('churn', day(2));
    await put('ale', day(1));
  });

  const models = (body: { items: { model: string; windowStart: string }[] }) =>
    body.items.map(({ model, windowStart }) => [model, windowStart]);

  it('GET monitors gives the newest window of each, by name', async () => {
    const { body } = await get('monitors');
    expect(models(body)).toEqual([
      ['ale', day(1)],
      ['churn', day(3)],
      ['wine', day(2)],
    ]);
    expect(body.more).toBe(false);
  });

  it('GET monitors goes on after a name', async () => {
    const first = (await get('monitors', { limit: '2' })).body;
    expect({ models: models(first).map(([model]) => model), more: first.more }).toEqual({
      models: ['ale', 'churn'],
      more: true,
    });
    const rest = (await get('monitors', { limit: '2', after: 'churn' })).body;
    expect({ models: models(rest).map(([model]) => model), more: rest.more }).toEqual({
      models: ['wine'],
      more: false,
    });
    expect((await get('monitors', { limit: 'all' })).status).toBe(400);
  });

  it('GET metrics names them all, a part of them, or one', async () => {
    for (const [query, expected] of [
      [{}, ['ale', 'churn', 'wine']],
      [{ after: 'ale', limit: '1' }, ['churn']],
      [{ model: 'wine' }, ['wine']],
      [{ model: 'idle' }, []],
    ] as const) {
      const { statusCode, headers, body } = await scrape(api, query);
      expect(statusCode).toBe(200);
      expect(headers['content-type']).toContain('openmetrics-text; version=1.0.0');
      expect([...body.matchAll(/^millrace_window_rows\{model="(\w+)"/gm)].map(([, model]) => model)).toEqual(expected);
      expect(body.endsWith('# EOF\n')).toBe(true);
    }
  });

  it('GET metrics knows no other model', async () => {
    expect((await get('metrics', { model: 'none' })).status).toBe(404);
  });
});

const scrape = (from: Pick<typeof api, 'handler'>, queryStringParameters: Record<string, string>) =>
  from.handler({
    ...{ httpMethod: 'GET', path: '/registry/metrics', pathParameters: { proxy: 'metrics' } },
    ...{ queryStringParameters, requestContext: {} },
  });

describe('a scrape of very many models', () => {
  const windowsOf = (count: number) =>
    Array.from({ length: count }, (_, i) => aMonitorWindow({ model: `m${String(i).padStart(5, '0')}` }));
  let many: Awaited<ReturnType<typeof anApi>>;
  let asked: object[];
  beforeAll(async () => {
    const { registry } = await anApi();
    const all = windowsOf(2_001);
    many = await anApi({
      registry: {
        ...registry,
        listNewestWindows: async (page = {}) => {
          asked.push(page);
          return all.filter(({ model }) => model > (page.after ?? '')).slice(0, page.limit);
        },
      },
    });
  });
  beforeEach(() => {
    asked = [];
  });

  it('is refused rather than answered in part', async () => {
    const { status, body } = await many.call('GET', 'metrics');
    expect(status).toBe(400);
    expect(body.detail).toContain('?after=');
    expect(asked).toEqual([{ limit: 2_001 }]);
  });

  it('is answered up to what one answer holds', async () => {
    const { statusCode, body } = await scrape(many, { after: 'm00000' });
    expect(statusCode).toBe(200);
    expect(body.match(/^millrace_window_rows\{/gm)).toHaveLength(2_000);
  });
});
