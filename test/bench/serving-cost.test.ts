import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Assumptions,
  breakEven,
  MILLRACE,
  type ServingTarget,
  servingCostTable,
  servingUsd,
  TARGETS,
  VOLUMES,
} from '../../bench/lib/serving-cost.ts';
import prices from '../../bench/prices.json' with { type: 'json' };

/** Smaller functions behind an HTTP API, without records: what was modelled before Millrace was built. */
const { records: _, ...withoutRecords } = MILLRACE;
const MODELLED: Assumptions = {
  ...withoutRecords,
  gateway: 'http',
  router: { ...MILLRACE.router, scoringGigabytes: 0.5, waitingGigabytes: 0.25, waitingColdMs: 500 },
};

describe('the cost of serving', () => {
  const modelled: [ServingTarget, Assumptions['gateway'], number[]][] = [
    ['lambda', 'none', [0, 0, 0.28, 27.67]],
    ['lambda', 'http', [0, 0.01, 1.28, 127.67]],
    ['lambda', 'rest', [0, 0.04, 3.78, 377.67]],
    ['serverless', 'http', [0, 0.03, 3.45, 344.87]],
    ['realtime, 1 instance', 'http', [83.95, 83.96, 85.23, 212.28]],
    ['realtime, 2 instances', 'http', [167.9, 167.91, 169.18, 296.23]],
  ];
  for (const [target, gateway, expected] of modelled) {
    it(`of ${target} with gateway ${gateway} is as modelled by hand, to a cent`, () => {
      const seen = VOLUMES.map((volume) => servingUsd(target, volume, { ...MODELLED, gateway }));
      seen.forEach((usd, i) => {
        expect(Math.abs(usd - (expected[i] as number))).toBeLessThan(0.0051);
      });
    });
  }

  it('has the break-evens of that model', () => {
    expect((breakEven('serverless', 'realtime, 1 instance', { ...MODELLED }) ?? 0) / 1e6).toBeCloseTo(38.8, 0);
    expect(breakEven('realtime, 1 instance', 'realtime, 2 instances')).toBeUndefined();
  });

  it('is what a pencil says of a million predictions on lambda', () => {
    // per million: gateway 3.5, requests 0.2, 1 GB × (8 + 1 % of 350) ms
    const served = 3.5 + 0.2 + 1e6 * 0.0115 * 0.0000133334;
    // Firehose 5 KiB each, an object every 300 s, 1.5 GB kept, a read every 2 s at most, 0.8 GB of logs
    const recorded = 5.12 * 0.029 + 8_760 * 0.000005 + 1.5 * 0.023 + (1e6 * 0.000000125) / 2 + 0.8 * 0.5;
    expect(servingUsd('lambda', 1e6)).toBeCloseTo(served + recorded, 9);
  });

  it('is what a pencil says of batches and queues', () => {
    const nights = 730 / 24;
    expect(servingUsd('batch, nightly', 1e6)).toBeCloseTo(0.115 * (nights / 12 + 100 / 3_600), 9);
    const hours = nights / 3 + 50_000 / 3_600;
    const front = servingUsd('realtime, 1 instance', 1e6) - 83.95;
    expect(servingUsd('async, scaled to zero', 1e6)).toBeCloseTo(0.115 * hours + 2 * (5 + 0.4) + front, 6);
  });

  it('is nothing without predictions, but for instances', () => {
    for (const target of Object.keys(TARGETS) as ServingTarget[]) {
      const expected = { 'realtime, 1 instance': 83.95, 'realtime, 2 instances': 167.9 }[target as string] ?? 0;
      expect(servingUsd(target, 0)).toBeCloseTo(expected, 9);
    }
  });

  it('never falls with the predictions', () => {
    for (const target of Object.keys(TARGETS) as ServingTarget[]) {
      const seen = [0, 1, 10, 1e3, 1e5, 1e6, 1e7, 1e9].map((volume) => servingUsd(target, volume));
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    }
  });

  it('comes from prices that say where they were read', () => {
    expect(prices.read).toMatch(/^\d{4}-\d\d$/);
    for (const [name, price] of Object.entries(prices)) {
      if (typeof price === 'string') continue;
      expect([name, price.source.length > 20]).toEqual([name, true]);
    }
  });

  it('is in the guide as it is computed', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guide.md'), 'utf8');
    expect(guide).toContain(servingCostTable());
  });
});
