import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupValues, OTHER_CODE } from '../../../../domain/monitoring/records/group-values.ts';
import { decodeIndexFile, encodeIndexFile } from '../../../../domain/monitoring/records/index-file.ts';
import { RowHash } from '../../../../domain/monitoring/records/row-hash.ts';
import { RowIndex } from '../../../../domain/monitoring/records/row-index.ts';

/** Hashes whose first bits are often the same, so that they crowd. */
const aHash = fc.tuple(fc.oneof(fc.constantFrom(0, 1, 2 ** 32 - 1), fc.nat(2 ** 32 - 1)), fc.nat(3));
const filled = (hashes: readonly (readonly number[])[]): RowIndex => {
  const index = new RowIndex('numbers');
  for (const [hi = 0, lo = 0] of hashes) index.weight[index.entryOf(hi, lo)] = 1;
  return index;
};
const listed = (index: RowIndex) => [...index.order()].map((entry) => [index.hi[entry], index.lo[entry]]);

describe('the index of rows', () => {
  it('holds each hash once and lists them by rising hash', () => {
    fc.assert(
      fc.property(fc.array(aHash, { maxLength: 60 }), (hashes) => {
        const expected = [...new Map(hashes.map((hash) => [hash.join(), hash])).values()];
        expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(listed(filled(hashes))).toEqual(expected);
      }),
    );
  });

  it('grows, and finds again what it holds, also once stored and loaded', () => {
    const hash = new RowHash();
    const index = new RowIndex('numbers');
    index.setColumns({ segments: ['plan'], groups: ['gender', 'age'] });
    const entries = Array.from({ length: 20_000 }, (_, i) => {
      const { hi, lo } = hash.ofRow('call', i);
      const entry = index.entryOf(hi, lo);
      index.value[entry] = i;
      index.segments[entry] = i % 200;
      index.groups[entry * 2 + 1] = i;
      return entry;
    });
    expect(index.size).toBe(20_000);
    const { sections } = decodeIndexFile(encodeIndexFile({}, index.store()));
    const loaded = RowIndex.load('numbers', index.columns, sections);
    for (const held of [index, loaded]) {
      const places = entries.map((_, i) => {
        const { hi, lo } = hash.ofId(`call.${i}`);
        return held.entryOf(hi, lo);
      });
      expect(places).toEqual(entries);
      expect(held.size).toBe(20_000);
      expect([held.value[7], held.segments[7], held.groups[15]]).toEqual([7, 7, 7]);
    }
    expect(listed(loaded)).toEqual(listed(index));
  });

  it('takes few bytes a row', () => {
    const index = filled(Array.from({ length: 1_000 }, (_, i) => [i * 4_000_000, 0]));
    expect(encodeIndexFile({}, index.store()).length / 1_000).toBeLessThan(45);
  });

  it('tells ids apart that differ in one character or in the row', () => {
    const hash = new RowHash();
    const seen = new Set<string>();
    for (let call = 0; call < 200; call++)
      for (let row = 0; row < 100; row++) {
        const { hi, lo } = hash.ofRow(`0mabc-1-${call.toString(36).padStart(12, '0')}`, row);
        seen.add(`${hi} ${lo}`);
      }
    expect(seen.size).toBe(20_000);
  });
});

describe('an index file', () => {
  const file = () => encodeIndexFile({ a: 1 }, { u8: Uint8Array.of(1, 2, 3), f64: Float64Array.of(0.5, Number.NaN) });

  it('gives back what was written', () => {
    expect(decodeIndexFile(file())).toEqual({
      description: { a: 1 },
      sections: { u8: Uint8Array.of(1, 2, 3), f64: Float64Array.of(0.5, Number.NaN) },
    });
  });

  const edited = (edit: (bytes: Uint8Array, view: DataView) => void): Uint8Array => {
    const bytes = file();
    edit(bytes, new DataView(bytes.buffer));
    return bytes;
  };
  const cases: readonly [what: string, bytes: Uint8Array, message: string][] = [
    ['empty', new Uint8Array(0), 'does not begin'],
    ['of something else', new Uint8Array(100), 'does not begin'],
    ['of a later format', edited((_, view) => view.setUint32(8, 2, true)), 'of format 2'],
    ['cut off', file().slice(0, -1), 'bytes and has'],
    ['too long', new Uint8Array([...file(), 0]), 'bytes and has'],
    ['with a damaged header', edited((bytes) => void bytes.fill(0, 24, 25)), 'not JSON'],
    ['with a header that is too long', edited((_, view) => view.setUint32(12, 2 ** 31, true)), 'not JSON'],
    ['with longer parts than bytes', encodeLonger(), 'ends at'],
  ];
  for (const [what, bytes, message] of cases) {
    it(`${what} is refused`, () => {
      expect(() => decodeIndexFile(bytes)).toThrow(RangeError);
      expect(() => decodeIndexFile(bytes)).toThrow(message);
    });
  }

  it('of other rows than its columns need is refused', () => {
    const { order, ...rest } = filled([
      [1, 1],
      [2, 2],
    ]).store();
    const none = { segments: [], groups: [] };
    expect(() => RowIndex.load('numbers', none, rest)).toThrow('hashes do not rise');
    expect(() => RowIndex.load('numbers', none, { ...rest, order: Uint32Array.of(1, 0) })).toThrow('do not rise');
    expect(() => RowIndex.load('numbers', none, { ...rest, order: Uint32Array.of(0, 7) })).toThrow('do not rise');
    expect(() => RowIndex.load('classes', none, { ...rest, order: order ?? new Uint8Array() })).toThrow(
      'label are not',
    );
    expect(() => RowIndex.load('numbers', none, { ...rest, weight: new Uint32Array(1) })).toThrow('weight are not');
  });

  /** Three bytes that are said to be nine. */
  function encodeLonger(): Uint8Array {
    const text = new TextDecoder('latin1').decode(encodeIndexFile({}, { u8: Uint8Array.of(1, 2, 3) }));
    return Uint8Array.from(text.replace('"length":3', '"length":9'), (unit) => unit.charCodeAt(0));
  }
});

describe('values of a group column', () => {
  it('are the same ones in any order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const texts = Array.from({ length: 1_500 }, (_, i) => `v${(i * 7_919) % 1_500}`);
        const rotated = [...texts.slice(seed % 1_500), ...texts.slice(0, seed % 1_500)];
        const kept = (list: readonly string[]) => {
          const values = new GroupValues();
          for (const text of list) values.codeOf(text);
          return values
            .values()
            .filter((value) => typeof value === 'string')
            .sort();
        };
        expect(kept(rotated)).toEqual(kept(texts));
        expect(kept(texts)).toHaveLength(1_000);
      }),
      { numRuns: 10 },
    );
  });

  it('keep their codes when they are taken up again', () => {
    const values = new GroupValues();
    const falling = Array.from({ length: 1_200 }, (_, i) => `v${9_999 - i}`);
    const codes = falling.map((text) => values.codeOf(text));
    const moved = values.compact();
    const again = new GroupValues(values.values());
    expect(moved[codes[0] as number]).toBe(OTHER_CODE);
    expect(again.codeOf('v9999')).toBe(OTHER_CODE);
    expect(again.codeOf('v8900')).toBe(moved[codes[1_099] as number]);
    expect(again.codeOf('x'.repeat(201))).toBe(OTHER_CODE);
  });
});
