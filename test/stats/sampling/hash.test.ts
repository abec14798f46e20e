import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveSampleSize, hashShare, sampleWeight } from '../../../stats/sampling/hash.ts';

/** Of a chi-squared distribution with 255 degrees of freedom: scipy.stats.chi2.isf(1e-5, 255). */
const CRITICAL = 362.98;

const FORMS: Record<string, (i: number) => string> = {
  numbers: String,
  'padded numbers': (i) => String(i).padStart(32, '0'),
  'prefixed numbers': (i) => `2026-11-23T00:00:00.000Z/flights/${i}`,
  'numbers at the front': (i) => `${i}-0123456789abcdef0123456789abcdef`,
  'runs of one character': (i) => 'a'.repeat(i % 500) + String.fromCharCode(0x4e00 + Math.floor(i / 500)),
};

function chiSquared(bins: readonly number[]): number {
  const counts = new Float64Array(256);
  for (const bin of bins) counts[bin] = (counts[bin] as number) + 1;
  const expected = bins.length / 256;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('the share of an id', () => {
  for (const [name, form] of Object.entries(FORMS)) {
    const shares = Array.from({ length: 50_000 }, (_, i) => hashShare(form(i)));

    it(`is spread evenly over ${name}`, () => {
      expect(chiSquared(shares.map((share) => Math.floor(share * 256)))).toBeLessThan(CRITICAL);
    });

    it(`is spread evenly in its last bits over ${name}`, () => {
      expect(chiSquared(shares.map((share) => (share * 2 ** 53) % 256))).toBeLessThan(CRITICAL);
    });

    it(`says nothing of the next of ${name}`, () => {
      const pairs = shares
        .slice(1)
        .map((share, i) => Math.floor((shares[i] as number) * 16) * 16 + Math.floor(share * 16));
      expect(chiSquared(pairs)).toBeLessThan(CRITICAL);
    });

    it(`differs between ${name}`, () => {
      expect(new Set(shares).size).toBe(shares.length);
    });
  }

  it('is in [0, 1) and the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        const share = hashShare(id);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThan(1);
        expect(hashShare(id)).toBe(share);
      }),
    );
  });

  it('changes in half of its bits, each of them, when one character changes', () => {
    const flips = new Float64Array(53);
    const ids = 4_000;
    for (let i = 0; i < ids; i++) {
      const id = `inference-${i}`;
      const at = i % id.length;
      const other = id.slice(0, at) + String.fromCharCode(id.charCodeAt(at) ^ 1) + id.slice(at + 1);
      const [a, b] = [BigInt(hashShare(id) * 2 ** 53), BigInt(hashShare(other) * 2 ** 53)];
      for (let bit = 0; bit < 53; bit++) flips[bit] = (flips[bit] as number) + Number(((a ^ b) >> BigInt(bit)) & 1n);
    }
    // 5 standard deviations of a fair coin
    const width = 5 * Math.sqrt(0.25 / ids);
    for (const count of flips) expect(Math.abs(count / ids - 0.5)).toBeLessThan(width);
  });

  it('is cheap to load: its file imports nothing', () => {
    const text = readFileSync(new URL('../../../stats/sampling/hash.ts', import.meta.url), 'utf8');
    expect(text).not.toMatch(/^(import|export .* from)|\bimport\(|\brequire\(/m);
  });
});

describe('the weight of a sample', () => {
  it('makes the sample stand for all', () => {
    for (const share of [0.01, 0.1, 0.5, 1]) {
      const sampled = Array.from({ length: 20_000 }, (_, i) => hashShare(`id-${i}`)).filter((place) => place < share);
      const error = Math.sqrt((20_000 * (1 - share)) / share);
      expect(Math.abs(sampled.length * sampleWeight(share) - 20_000)).toBeLessThanOrEqual(4 * error);
    }
  });

  it('is refused for no share', () => {
    for (const share of [0, -0.1, 1.1, Number.NaN]) expect(() => sampleWeight(share)).toThrow(RangeError);
  });
});

describe('the effective sample size', () => {
  const weights = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 50 });
  const sizeOf = (all: readonly number[]) =>
    effectiveSampleSize(
      all.reduce((sum, w) => sum + w, 0),
      all.reduce((sum, w) => sum + w * w, 0),
    );

  it('is at most the number of weights, and as much for equal ones', () => {
    fc.assert(
      fc.property(weights, (all) => {
        expect(sizeOf(all)).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(sizeOf(all)).toBeLessThanOrEqual(all.length * (1 + 1e-9));
        expect(sizeOf(all.map(() => 7.5))).toBeCloseTo(all.length, 9);
      }),
    );
  });

  it('is 0 of nothing and 1.8 of weights 1 and 2', () => {
    expect(effectiveSampleSize(0, 0)).toBe(0);
    expect(effectiveSampleSize(3, 5)).toBeCloseTo(1.8, 12);
  });

  it('is refused for what are no sums of weights', () => {
    expect(() => effectiveSampleSize(1, 0)).toThrow(RangeError);
    expect(() => effectiveSampleSize(-1, 1)).toThrow(RangeError);
    expect(() => effectiveSampleSize(Number.NaN, 1)).toThrow(RangeError);
  });
});
