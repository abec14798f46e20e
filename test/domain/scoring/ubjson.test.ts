import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUbj } from '../../../bench/random-model.ts';
import { MalformedModelError } from '../../../domain/scoring/errors.ts';
import { parseUbj } from '../../../domain/scoring/ubjson.ts';
import { fixtureBytes } from './xgboost-fixtures.ts';

/** Text stands for its bytes, numbers for themselves. */
const bytesOf = (...parts: (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : [part])));
const parse = (...parts: (string | number)[]): unknown => parseUbj(bytesOf(...parts));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a UBJSON value', () => {
  for (const [name, actual, expected] of [
    ['null', () => parse('Z'), null],
    ['true', () => parse('T'), true],
    ['false', () => parse('F'), false],
    ['int8', () => parse('i', 0xfe), -2],
    ['uint8', () => parse('U', 0xfe), 254],
    ['int16', () => parse('I', 0xff, 0x00), -256],
    ['int32', () => parse('l', 0xff, 0xff, 0xff, 0xfe), -2],
    ['int64', () => parse('L', 0, 0, 0, 1, 0, 0, 0, 0), 2 ** 32],
    ['float32', () => parse('d', 0x3f, 0x80, 0, 0), 1],
    ['float64', () => parse('D', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
    ['high-precision number', () => parse('Hi', 5, '-12.5'), -12.5],
    ['character', () => parse('Cx'), 'x'],
    ['string', () => parse('Si', 3, 'abc'), 'abc'],
    ['string of UTF-8', () => parse('Si', 4, 0xf0, 0x9f, 0x8c, 0xb3), '🌳'],
    ['string with a byte order mark', () => parse('Si', 3, 0xef, 0xbb, 0xbf), '\uFEFF'],
    ['string longer than a key', () => parse('SU', 200, 'a'.repeat(200)), 'a'.repeat(200)],
    ['value among no-ops', () => parse('NN[Ni', 1, 'NTN]N'), [1, true]],
  ] as const) {
    it(`can be a ${name}`, () => expect(actual()).toEqual(expected));
  }

  it('keeps the type of numeric arrays', () => {
    expect(parse('[$U#i', 2, 1, 255)).toEqual(Uint8Array.of(1, 255));
    expect(parse('[$i#i', 2, 1, 255)).toEqual(Int8Array.of(1, -1));
    expect(parse('[$I#i', 1, 1, 0)).toEqual(Int16Array.of(256));
    expect(parse('[$l#i', 1, 0, 0, 1, 0)).toEqual(Int32Array.of(256));
    expect(parse('[$L#i', 1, 0, 0, 0, 0, 0, 0, 1, 0)).toEqual(Float64Array.of(256));
    expect(parse('[$d#i', 1, 0xbf, 0x80, 0, 0)).toEqual(Float32Array.of(-1));
    expect(parse('[$D#i', 1, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0)).toEqual(Float64Array.of(-1.5));
    expect(parse('[$d#L', 0, 0, 0, 0, 0, 0, 0, 0)).toEqual(new Float32Array(0));
  });

  it('can be a list that is closed, counted or typed, and of lists', () => {
    expect(parse('[]')).toEqual([]);
    expect(parse('[#i', 2, 'TZ')).toEqual([true, null]);
    expect(parse('[$S#i', 2, 'i', 1, 'ai', 1, 'b')).toEqual(['a', 'b']);
    expect(parse('[$C#i', 2, 'xy')).toEqual(['x', 'y']);
    expect(parse('[$[#i', 2, ']#i', 1, 'T')).toEqual([[], [true]]);
  });

  it('can be an object that is closed, counted or typed', () => {
    expect(plain(parse('{i', 1, 'ai', 7, 'N}'))).toEqual({ a: 7 });
    expect(plain(parse('{#i', 2, 'i', 1, 'aTi', 1, 'bZ'))).toEqual({ a: true, b: null });
    expect(plain(parse('{$U#i', 1, 'i', 1, 'a', 9))).toEqual({ a: 9 });
  });

  it('has no prototype to pollute', () => {
    const value = parse('{i', 9, '__proto__{i', 1, 'aT}}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('leaves out the numeric arrays that nobody reads, and only those', () => {
    const document = { a: Float32Array.of(1), b: Float32Array.of(2), c: { a: Int32Array.of(3), b: [4] } };
    const unread = new Set(['a', 'c']);
    expect(plain(parseUbj(encodeUbj(document), unread))).toEqual({ b: { 0: 2 }, c: { b: [4] } });
    expect(plain(parseUbj(encodeUbj(document), new Set(['b'])))).toEqual({ a: { 0: 1 }, c: { a: { 0: 3 }, b: [4] } });
  });

  it('is read back as it was written', () => {
    const leaf = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      fc.float32Array(),
      fc.int32Array(),
      fc.uint8Array(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
    }));
    fc.assert(
      fc.property(value, (written) => {
        expect(parseUbj(encodeUbj(written))).toEqual(written);
      }),
    );
  });
});

describe('a damaged UBJSON document', () => {
  const huge = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  for (const { what, bytes, says } of [
    { what: 'nothing', bytes: bytesOf(), says: 'byte 0' },
    { what: 'only no-ops', bytes: bytesOf('NNN'), says: 'byte 3' },
    { what: 'an unknown marker', bytes: bytesOf('Q'), says: 'no value starts with "Q"' },
    { what: 'a second document', bytes: bytesOf('TT'), says: '1 bytes follow' },
    { what: 'an open list', bytes: bytesOf('[T'), says: 'bytes expected' },
    { what: 'an open object', bytes: bytesOf('{i', 1, 'aT'), says: 'bytes expected' },
    { what: 'a list closed as an object', bytes: bytesOf('[}'), says: 'no value starts with "}"' },
    { what: 'a string with a negative length', bytes: bytesOf('Si', 0xff), says: 'a size of -1' },
    { what: 'a length that is a float', bytes: bytesOf('Sd', 0, 0, 0, 0), says: "a size cannot be of type 'd'" },
    { what: 'a length beyond 2^53', bytes: bytesOf('SL', ...huge), says: 'beyond 2^53' },
    { what: 'a typed array of 2^50', bytes: bytesOf('[$d#L', 0, 4, 0, 0, 0, 0, 0, 0), says: 'bytes are left' },
    { what: 'a list of 2^50', bytes: bytesOf('[#L', 0, 4, 0, 0, 0, 0, 0, 0), says: 'bytes are left' },
    { what: 'an object of 2^50', bytes: bytesOf('{#L', 0, 4, 0, 0, 0, 0, 0, 0), says: 'bytes are left' },
    { what: 'a typed list without a count', bytes: bytesOf('[$d', 0, 0), says: 'needs a count' },
    { what: 'a list of nulls without payload', bytes: bytesOf('[$Z#i', 3), says: "cannot be typed 'Z'" },
    { what: 'a list of an unknown type', bytes: bytesOf('[$x#i', 3), says: "cannot be typed 'x'" },
    { what: 'text that is not UTF-8', bytes: bytesOf('Si', 1, 0xff), says: 'not UTF-8' },
    { what: 'a high-precision word', bytes: bytesOf('Hi', 3, 'abc'), says: '"abc" is not a number' },
    { what: 'an empty high-precision number', bytes: bytesOf('Hi', 0), says: '"" is not a number' },
    { what: '65 nested lists', bytes: bytesOf('['.repeat(65), ']'.repeat(65)), says: 'nested deeper than 64' },
    { what: 'a million nested lists', bytes: bytesOf('['.repeat(1_000_000)), says: 'nested deeper than 64' },
    { what: 'nested typed lists', bytes: bytesOf('[$[#i\x01'.repeat(1000)), says: 'nested' },
  ]) {
    it(`is refused when it holds ${what}`, () => {
      expect(() => parseUbj(bytes)).toThrow(MalformedModelError);
      expect(() => parseUbj(bytes)).toThrow(says);
    });
  }

  it('is refused before its values fill the memory', () => {
    const bytes = new Uint8Array(10_000_002).fill(0x5a); // `Z`, null
    bytes[0] = 0x5b;
    expect(() => parseUbj(bytes)).toThrow('there are more than 10000000 values');
  });

  it('accepts 64 nested lists, the deepest', () => {
    expect(() => parse('['.repeat(64), ']'.repeat(64))).not.toThrow();
  });

  const refusedOrRead = (bytes: Uint8Array): void => {
    try {
      parseUbj(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedModelError);
    }
  };

  it('is refused or read when its bytes are random, never with another error', () => {
    const markers = fc.constantFrom(...bytesOf('[]{}$#NZTFiUIlLdDSCH', 0, 1, 2, 0xff));
    const soup = fc.array(fc.oneof(markers, fc.nat({ max: 255 })), { maxLength: 60 });
    fc.assert(
      fc.property(soup, (bytes) => refusedOrRead(Uint8Array.from(bytes))),
      { numRuns: 5000 },
    );
  });

  it('is refused wherever a model file ends too early', () => {
    const model = fixtureBytes('3.0.5', 'reg-gamma.ubj');
    for (let end = 0; end < model.length; end++) {
      expect(() => parseUbj(model.subarray(0, end)), `cut at ${end}`).toThrow(MalformedModelError);
    }
  });
});
