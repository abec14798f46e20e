import { describe, expect, it } from 'vitest';
import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { meanDifferenceTest } from '../../../stats/sequential/mean-difference.ts';
import { meanAboveEvidence } from '../../../stats/sequential/mean-limit.ts';
import { proportionAboveEvidence } from '../../../stats/sequential/proportion-limit.ts';
import { seeded } from '../../fixtures/random.ts';

const ALPHA = 0.05;
const STREAMS = 200;
const MOST = ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / STREAMS);

describe('a proportion against a limit, looked at after every trial', () => {
  /** Share of streams of `trials` in which the limit is found exceeded. */
  function found(p: number, limit: number, trials: number, seed: number): number {
    const random = seeded(seed);
    let rejected = 0;
    for (let i = 0; i < STREAMS; i++) {
      let successes = 0;
      for (let n = 1; n <= trials; n++) {
        if (random() < p) successes++;
        else continue;
        // only a success adds to the evidence
        if (anytimePValue(proportionAboveEvidence(successes, n, limit)) <= ALPHA) {
          rejected++;
          break;
        }
      }
    }
    return rejected / STREAMS;
  }

  it('rejects at most alpha of streams at the limit', () => {
    for (const limit of [0.01, 0.2]) expect(found(limit, limit, 3_000, 1)).toBeLessThanOrEqual(MOST);
  });

  it('finds twice and five times the limit', () => {
    expect(found(0.02, 0.01, 4_000, 2)).toBeGreaterThanOrEqual(0.95);
    expect(found(0.05, 0.01, 500, 3)).toBeGreaterThanOrEqual(0.95);
  });

  it('is expected not to grow by a trial at the limit or below it', () => {
    for (const [successes, trials, limit] of [
      [0, 0, 0.01],
      [3, 100, 0.01],
      [50, 60, 0.5],
      [0, 400, 0.2],
    ] as const) {
      const now = proportionAboveEvidence(successes, trials, limit);
      const up = Math.exp(proportionAboveEvidence(successes + 1, trials + 1, limit) - now);
      const down = Math.exp(proportionAboveEvidence(successes, trials + 1, limit) - now);
      expect(limit * up + (1 - limit) * down).toBeCloseTo(1, 6);
      expect((limit / 2) * up + (1 - limit / 2) * down).toBeLessThan(1);
    }
  });

  it('knows the ends: no trials, no limit, nothing allowed', () => {
    expect(proportionAboveEvidence(0, 0, 0.1)).toBe(0);
    expect(proportionAboveEvidence(5, 5, 1)).toBe(0);
    expect(proportionAboveEvidence(1, 9, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(anytimePValue(Number.POSITIVE_INFINITY)).toBe(0);
    expect(anytimePValue(Number.NEGATIVE_INFINITY)).toBe(1);
    expect(anytimePValue(proportionAboveEvidence(0, 100_000, 0.5))).toBe(1);
  });

  it('refuses what no count can be', () => {
    expect(() => proportionAboveEvidence(2, 1, 0.1)).toThrow('got 2 of 1');
    expect(() => proportionAboveEvidence(0, 1, 1.1)).toThrow('limit must be within 0 and 1, got 1.1');
    expect(() => anytimePValue(Number.NaN)).toThrow('NaN');
  });
});

describe('a mean over the bins of a histogram, looked at after every observation', () => {
  /** Upper ends of latency bins as shares of the longest, and how often each occurs. */
  const VALUES = [0.02, 0.05, 0.1, 0.2, 0.5, 1];
  const USUAL = [0.4, 0.3, 0.15, 0.1, 0.04, 0.01];
  const SLOW = [0.2, 0.2, 0.2, 0.2, 0.1, 0.1];

  function found(candidateLaw: readonly number[], margin: number, seed: number): number {
    const evidence = meanDifferenceTest({ values: VALUES, margin });
    const random = seeded(seed);
    const bin = (law: readonly number[]) => {
      let left = random();
      for (const [i, p] of law.entries()) {
        left -= p;
        if (left < 0) return i;
      }
      return law.length - 1;
    };
    let rejected = 0;
    for (let i = 0; i < STREAMS; i++) {
      const stage = { share: 0.5, candidate: VALUES.map(() => 0), champion: VALUES.map(() => 0) };
      for (let n = 0; n < 1_000; n++) {
        const isCandidate = random() < stage.share;
        const counts = isCandidate ? stage.candidate : stage.champion;
        const b = bin(isCandidate ? candidateLaw : USUAL);
        counts[b] = (counts[b] as number) + 1;
        if (anytimePValue(evidence([stage])) <= ALPHA) {
          rejected++;
          break;
        }
      }
    }
    return rejected / STREAMS;
  }

  it('rejects at most alpha of streams without a difference', () => {
    expect(found(USUAL, 0, 1)).toBeLessThanOrEqual(MOST);
  });

  it('finds a mean that is more than twice as long within 1,000 observations', () => {
    expect(found(SLOW, 0.01, 2)).toBeGreaterThanOrEqual(0.95);
  });
});

describe('a mean against a limit, looked at after every observation', () => {
  const VALUES = [0, 0.1, 0.4, 1];

  /** Share of streams in which the limit is found exceeded, of values that are all at `bin` or 0. */
  function found(bin: number, p: number, limit: number, seed: number): number {
    const random = seeded(seed);
    let rejected = 0;
    for (let i = 0; i < STREAMS; i++) {
      const counts = VALUES.map(() => 0);
      for (let n = 0; n < 1_000; n++) {
        const at = random() < p ? bin : 0;
        counts[at] = (counts[at] as number) + 1;
        if (at === 0 || anytimePValue(meanAboveEvidence(VALUES, counts, limit)) > ALPHA) continue;
        rejected++;
        break;
      }
    }
    return rejected / STREAMS;
  }

  it('rejects at most alpha of streams at the limit, however they lie', () => {
    expect(found(3, 0.05, 0.05, 1)).toBeLessThanOrEqual(MOST);
    expect(found(2, 0.125, 0.05, 2)).toBeLessThanOrEqual(MOST);
  });

  it('finds twice the limit', () => {
    expect(found(2, 0.25, 0.05, 3)).toBeGreaterThanOrEqual(0.95);
  });

  it('is expected not to grow by an observation of a mean at the limit', () => {
    const now = meanAboveEvidence(VALUES, [9, 3, 2, 1], 0.3);
    const up = Math.exp(meanAboveEvidence(VALUES, [9, 3, 2, 2], 0.3) - now);
    const down = Math.exp(meanAboveEvidence(VALUES, [10, 3, 2, 1], 0.3) - now);
    expect(0.3 * up + 0.7 * down).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('refuses what no count can be', () => {
    expect(() => meanAboveEvidence([0, 1], [1], 0.1)).toThrow('counts must be 2 numbers');
    expect(() => meanAboveEvidence([0, 2], [1, 1], 0.1)).toThrow('got 2');
    expect(() => meanAboveEvidence([0, 1], [1, 1], 0)).toThrow('limit must be above 0 and at most 1, got 0');
  });
});
