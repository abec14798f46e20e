import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breachProbabilityFor, expectedWindowsBetweenAlarms } from '../../../stats/alarms/run-length.ts';

const PROBABILITIES = [1e-4, 1e-3, 0.01, 0.1, 0.3, 0.5];

/** One of the rules that have few enough histories to be quick. */
const rule = fc
  .integer({ min: 1, max: 30 })
  .chain((of) => fc.record({ of: fc.constant(of), breaches: fc.integer({ min: 1, max: Math.min(of, 4) }) }));

/** Mulberry32. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mean and its standard error over simulated first alarms. */
function simulated({ p, k, n, runs }: { p: number; k: number; n: number; runs: number }) {
  const random = uniform(k * 1_000 + n);
  let [sum, squares] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const breaches: number[] = [];
    for (let window = 0; ; window++) {
      if (random() >= p) continue;
      breaches.push(window);
      const kth = breaches.at(-k);
      if (kth === undefined || window - kth >= n) continue;
      sum += window + 1;
      squares += (window + 1) ** 2;
      break;
    }
  }
  const mean = sum / runs;
  return { mean, error: Math.sqrt((squares / runs - mean ** 2) / runs) };
}

/** By the chain over all 2^(n-1) outcomes of the last windows, solved by elimination. */
function byAllOutcomes(p: number, k: number, n: number): number {
  const states = 2 ** (n - 1);
  const bits = (state: number) => state.toString(2).replaceAll('0', '').length;
  const rows = Array.from({ length: states }, (_, state) => {
    const row = new Float64Array(states + 1);
    const shifted = (state * 2) % states;
    row[state] = 1;
    row[shifted] = (row[shifted] as number) - (1 - p);
    const breached = (state * 2 + 1) % states;
    if (bits(state) + 1 < k) row[breached] = (row[breached] as number) - p;
    row[states] = 1;
    return row;
  });
  for (let i = states - 1; i > 0; i--) {
    const pivot = rows[i] as Float64Array;
    for (let j = 0; j < i; j++) {
      const row = rows[j] as Float64Array;
      const share = (row[i] as number) / (pivot[i] as number);
      if (share !== 0) for (let c = 0; c <= states; c++) row[c] = (row[c] as number) - share * (pivot[c] as number);
    }
  }
  const first = rows[0] as Float64Array;
  return (first[states] as number) / (first[0] as number);
}

describe('the expected windows until an alarm', () => {
  for (const p of PROBABILITIES) {
    it(`are 1/p for 1 of n at ${p}`, () => {
      for (const of of [1, 2, 30]) {
        expect(expectedWindowsBetweenAlarms({ breachProbability: p, breaches: 1, of })).toBeCloseTo(1 / p, 8);
      }
    });

    it(`are those of a run for n of n at ${p}`, () => {
      for (const n of [2, 3, 7, 30]) {
        const expected = -Math.expm1(n * Math.log(p)) / (p ** n * (1 - p));
        const got = expectedWindowsBetweenAlarms({ breachProbability: p, breaches: n, of: n });
        expect(got / expected).toBeCloseTo(1, 11);
      }
    });

    it(`are those of a pair of near breaches for 2 of n at ${p}`, () => {
      for (const n of [2, 3, 5, 30]) {
        const expected = 1 / p - 1 / (p * Math.expm1((n - 1) * Math.log1p(-p)));
        const got = expectedWindowsBetweenAlarms({ breachProbability: p, breaches: 2, of: n });
        expect(got / expected).toBeCloseTo(1, 11);
      }
    });
  }

  for (const [k, n] of [
    [2, 3],
    [3, 4],
    [3, 5],
    [4, 6],
    [3, 7],
    [5, 8],
  ] as const) {
    it(`are those of the chain over all outcomes for ${k} of ${n}`, () => {
      for (const p of [0.02, 0.1, 0.5, 0.9]) {
        const got = expectedWindowsBetweenAlarms({ breachProbability: p, breaches: k, of: n });
        expect(got / byAllOutcomes(p, k, n)).toBeCloseTo(1, 8);
      }
    });
  }

  for (const [k, n, p] of [
    [1, 1, 0.05],
    [2, 3, 0.05],
    [2, 5, 0.03],
    [3, 5, 0.2],
    [4, 24, 0.08],
    [5, 30, 0.1],
    [5, 30, 0.5],
    [8, 16, 0.35],
    [28, 30, 0.9],
  ] as const) {
    it(`are what a simulation shows for ${k} of ${n} at ${p}`, () => {
      const { mean, error } = simulated({ p, k, n, runs: 4_000 });
      const got = expectedWindowsBetweenAlarms({ breachProbability: p, breaches: k, of: n });
      expect(Math.abs(got - mean)).toBeLessThan(4 * error);
      expect(error).toBeLessThan(0.05 * mean);
    });
  }

  it('are as many as breaches are needed when every window breaches, and endless when none does', () => {
    fc.assert(
      fc.property(rule, ({ breaches, of }) => {
        expect(expectedWindowsBetweenAlarms({ breachProbability: 1, breaches, of })).toBeCloseTo(breaches, 10);
        expect(expectedWindowsBetweenAlarms({ breachProbability: 0, breaches, of })).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  for (const [field, wrong] of [
    ['breachProbability', { breachProbability: 1.1 }],
    ['breachProbability', { breachProbability: Number.NaN }],
    ['breaches', { breaches: 0 }],
    ['breaches', { breaches: 6 }],
    ['breaches', { breaches: 1.5 }],
    ['of', { of: 31 }],
    ['of', { of: 0 }],
    ['breaches 15 of 30', { breaches: 15, of: 30 }],
    ['breaches 7 of 30', { breaches: 7, of: 30 }],
  ] as const) {
    it(`are refused for ${JSON.stringify(wrong)}`, () => {
      const input = { breachProbability: 0.1, breaches: 2, of: 5, ...wrong };
      expect(() => expectedWindowsBetweenAlarms(input)).toThrow(RangeError);
      expect(() => expectedWindowsBetweenAlarms(input)).toThrow(`${field} `);
    });
  }
});

describe('the probability of a breach for a number of windows between alarms', () => {
  it('gives that number back', () => {
    const windows = fc.double({ min: 0.01, max: 12, noNaN: true }).map((log) => 10 ** log);
    fc.assert(
      fc.property(rule, windows, ({ breaches, of }, more) => {
        const windowsBetweenAlarms = breaches + more;
        const p = breachProbabilityFor({ windowsBetweenAlarms, breaches, of });
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        const back = expectedWindowsBetweenAlarms({ breachProbability: p, breaches, of });
        expect(back / windowsBetweenAlarms).toBeCloseTo(1, 9);
      }),
    );
  });

  for (const [k, n] of [
    [5, 30],
    [6, 30],
    [8, 16],
    [27, 30],
    [30, 30],
  ] as const) {
    it(`is found for ${k} of ${n} from the shortest to the longest interval`, () => {
      expect(breachProbabilityFor({ windowsBetweenAlarms: k, breaches: k, of: n })).toBeCloseTo(1, 9);
      for (const windowsBetweenAlarms of [k + 0.1, 100, 1e6, 1e100]) {
        const p = breachProbabilityFor({ windowsBetweenAlarms, breaches: k, of: n });
        const back = expectedWindowsBetweenAlarms({ breachProbability: p, breaches: k, of: n });
        expect(back / windowsBetweenAlarms).toBeCloseTo(1, 9);
      }
    });
  }

  it('is refused for fewer windows than breaches', () => {
    const act = (windowsBetweenAlarms: number) => () =>
      breachProbabilityFor({ windowsBetweenAlarms, breaches: 3, of: 5 });
    expect(act(2.9)).toThrow('windowsBetweenAlarms must be from 3 to 1e+100, got 2.9');
    expect(act(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(act(Number.NaN)).toThrow(RangeError);
  });
});
