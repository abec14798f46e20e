import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_WEIGHT } from '../../../domain/capture/lines.ts';
import { CallMeter, captureWeight, sampledShare } from '../../../domain/capture/sampling.ts';
import { encodeInferenceId } from '../../../domain/inference/inference-id.ts';
import { hashShare } from '../../../stats/sampling/hash.ts';
import { seeded } from '../../fixtures/random.ts';

const AT = new Date('2026-11-23T00:00:00Z');
function ids(seed: number): () => string {
  const random = seeded(seed);
  return () => encodeInferenceId(AT, 1, random);
}

describe('the share that is sampled', () => {
  for (const [share, sampled] of [
    [1, 1],
    [0.999, 0.5],
    [0.5, 0.5],
    [0.499, 0.25],
    [0.3, 0.25],
    [0.1, 0.0625],
    [2 ** -31, 2 ** -31],
    [1e-300, 2 ** -31],
  ] as const) {
    it(`is ${sampled} for ${share}`, () => {
      expect(sampledShare(share)).toBe(sampled);
    });
  }
});

describe('what a captured call stands for', () => {
  /** An id that lies low in every sample. */
  const low = (() => {
    const next = ids(1);
    for (let id = next(); ; id = next()) if (hashShare(id) < 1 / 64) return id;
  })();

  for (const [share, maxCallsPerMinute, calls, weight] of [
    [1, undefined, 1e9, 1],
    [0.5, undefined, 1e9, 2],
    [1, 60, 60, 1],
    [1, 60, 60.01, 2],
    [1, 60, 120, 2],
    [1, 60, 121, 4],
    [0.5, 60, 120, 2],
    [0.5, 60, 121, 4],
    [1, 1, 64, 64],
  ] as const) {
    it(`is ${weight} at share ${share}, budget ${maxCallsPerMinute} and ${calls} calls a minute`, () => {
      expect(captureWeight({ share, maxCallsPerMinute }, low, calls)).toBe(weight);
    });
  }

  it('is never above what a reader takes', () => {
    const next = ids(2);
    for (let i = 0; i < 1_000; i++)
      expect(captureWeight({ share: 1, maxCallsPerMinute: 1 }, next(), 1e300) ?? 1).toBeLessThanOrEqual(MAX_WEIGHT);
  });

  it('is a whole power of two, and who is in a smaller sample is in every larger one', () => {
    const share = fc.integer({ min: 0, max: 20 }).map((halvings) => 2 ** -halvings);
    fc.assert(
      fc.property(fc.string(), share, fc.double({ min: 1, max: 1e6, noNaN: true }), (id, share, calls) => {
        const weight = captureWeight({ share, maxCallsPerMinute: 10 }, id, calls);
        if (weight === undefined) return;
        expect(Math.log2(weight) % 1).toBe(0);
        expect(captureWeight({ share }, id, calls)).toBeLessThanOrEqual(weight);
        expect(captureWeight({ share: 1 }, id, calls)).toBe(1);
      }),
    );
  });
});

describe('the calls of the last minute', () => {
  it('are counted', () => {
    const meter = new CallMeter();
    expect([0, 1, 30_000, 59_999].map((ms) => meter.count(ms))).toEqual([1, 2, 3, 4]);
  });

  it('leave after a minute, those of five seconds one part after the other', () => {
    const meter = new CallMeter();
    for (let i = 0; i < 10; i++) meter.count(1_000);
    expect([60_000, 61_250, 62_500, 64_999].map((ms) => Math.round(meter.count(ms)))).toEqual([11, 10, 8, 4]);
    expect(meter.count(65_000)).toBe(5);
  });

  it('are none after a long pause', () => {
    const meter = new CallMeter();
    for (let i = 0; i < 10; i++) meter.count(i * 7_000);
    expect(meter.count(1e9)).toBe(1);
  });

  it('go on while the clock is set back', () => {
    const meter = new CallMeter();
    expect([100_000, 20_000, 100_001].map((ms) => meter.count(ms))).toEqual([1, 2, 3]);
  });
});

/** Calls at a rate that changes every two minutes, captured under a budget of 120 a minute. */
function simulated(seed: number, ratesPerMinute: readonly number[]) {
  const policy = { share: 1, maxCallsPerMinute: 120 };
  const meter = new CallMeter();
  const next = ids(seed);
  const minutes: { calls: number; captured: number; weighted: number }[] = [];
  for (const [i, rate] of ratesPerMinute.entries())
    for (let call = 0; call < 2 * rate; call++) {
      const ms = (2 * i + call / rate) * 60_000;
      const weight = captureWeight(policy, next(), meter.count(ms));
      const minute = Math.floor(ms / 60_000);
      minutes[minute] ??= { calls: 0, captured: 0, weighted: 0 };
      const counts = minutes[minute];
      counts.calls += 1;
      counts.captured += weight === undefined ? 0 : 1;
      counts.weighted += weight ?? 0;
    }
  return minutes;
}

describe('a sample under a budget', () => {
  const RATES = [60, 2_000, 12_000, 500, 100];

  it('is weighted without bias, whatever the rate does', () => {
    const runs = Array.from({ length: 12 }, (_, seed) => simulated(seed + 1, RATES));
    const sum = (key: 'calls' | 'weighted') => runs.flat().reduce((total, minute) => total + minute[key], 0);
    // of 12 runs of 29,320 calls the standard error is 0.7 %
    expect(Math.abs(sum('weighted') / sum('calls') - 1)).toBeLessThan(0.02);
  });

  it('holds the budget once a minute was seen, and does not fall far below it', () => {
    for (const [rate, expected] of [
      [2_000, 2_000 / 32],
      [12_000, 12_000 / 128],
      [500, 500 / 8],
    ] as const) {
      const second = Array.from({ length: 10 }, (_, seed) => simulated(seed + 1, [rate])[1]?.captured ?? 0);
      const mean = second.reduce((total, captured) => total + captured, 0) / second.length;
      expect(mean).toBeLessThanOrEqual(120);
      expect(Math.abs(mean / expected - 1)).toBeLessThan(0.1);
    }
  });

  it('goes above it in the first minute of a rush by half of it for each halving, and no further', () => {
    const [first] = simulated(3, [12_000]);
    // seven halvings
    expect(first?.captured).toBeGreaterThan(120);
    expect(first?.captured).toBeLessThan(120 * (1 + 7 / 2) * 1.1);
  });

  it('is everything again a minute after the rush', () => {
    const minutes = simulated(5, [12_000, 100]);
    expect(minutes[2]?.captured).toBeLessThan(100);
    expect(minutes[3]).toMatchObject({ calls: 100, captured: 100, weighted: 100 });
  });
});
