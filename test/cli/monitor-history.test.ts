import { describe, expect, it } from 'vitest';
import { summedHistory } from '../../cli/monitor-history.ts';
import type { RegistryClient } from '../../cli/registry-client.ts';
import { aMonitoredApi, day } from '../fixtures/monitored-api.ts';
import { churnRows } from '../fixtures/monitoring.ts';

describe('a sum of windows', () => {
  it('has no largest drift where there are too few rows to tell', async () => {
    const api = await aMonitoredApi();
    await api.monitor({ start: day(2), rows: churnRows(120, 3) });
    const get: RegistryClient['get'] = async (path, schema, query = {}) => {
      const texts = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
      const { body } = await api.call('GET', path, undefined, { query: Object.fromEntries(texts) });
      return schema.parse(body);
    };
    const { items } = await summedHistory({ get } as RegistryClient, 'churn', 'week', 10);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ status: 'insufficient_data', rows: 120 });
    expect(items[0]?.largestDrift).toBeUndefined();
  });
});
