import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDigest, canonicalJson } from '../../domain/canonical-json.ts';

describe('canonicalJson', () => {
  it('sorts keys at every level and leaves undefined members out', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined, a: 'ü' }], a: null })).toBe('{"a":null,"b":[{"a":"ü","d":1}]}');
  });

  it('keeps the order of arrays', () => {
    expect(canonicalJson([3, 1, 2])).toBe('[3,1,2]');
  });

  it('parses back to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is the same text whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        expect(canonicalJson(Object.fromEntries(Object.entries(record).reverse()))).toBe(canonicalJson(record));
      }),
    );
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, undefined, () => 1]) {
    it(`refuses ${String(value)}`, () => {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    });
  }

  it('gives a fixed digest', () => {
    expect(canonicalDigest({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
  });
});
