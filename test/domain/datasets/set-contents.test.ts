import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PARTS, MAX_SET_BYTES, parseManifest, partsOf } from '../../../domain/datasets/set-contents.ts';

const folder = 'churn/week-1/';
const success = { form: 'success', folder, maxSizeMb: 1 } as const;
const manifest = { form: 'manifest', folder, maxSizeMb: 1 } as const;
const object = (file: string, size = 5) => ({ key: folder + file, versionId: `v-${file}`, size });
const codes = (result: ReturnType<typeof partsOf>) =>
  'reasons' in result
    ? result.reasons.map(({ code }) => code)
    : result.parts.map(({ key }) => key.slice(folder.length));

describe('the parts of a set', () => {
  it('are its objects in the order of their keys, each with its version', () => {
    expect(partsOf(success, [object('part-0'), object('part-1', 7)])).toEqual({
      size: 12,
      parts: [
        { index: 0, key: `${folder}part-0`, versionId: 'v-part-0', size: 5 },
        { index: 1, key: `${folder}part-1`, versionId: 'v-part-1', size: 7 },
      ],
    });
  });

  it('are not its seals, nor what is hidden, temporary or deeper', () => {
    const others = ['_SUCCESS', 'manifest.json', '.part-0.crc', 'part-1.tmp', 'deeper/part-0', ''].map((file) =>
      object(file),
    );
    expect(codes(partsOf(success, [...others, object('part-0')]))).toEqual(['part-0']);
    expect(codes(partsOf(success, others))).toEqual(['empty-set']);
  });

  it('are in the order of the manifest if there is one', () => {
    const result = partsOf(manifest, [object('a'), object('b')], { files: ['b', 'a'] });
    expect(codes(result)).toEqual(['b', 'a']);
  });

  for (const [what, files, expected] of [
    ['misses one', ['a', 'b', 'c'], ['missing-file']],
    ['does not name one', ['a'], ['extra-file']],
    ['names one twice', ['a', 'b', 'a'], ['bad-manifest']],
    ['names others', ['x'], ['missing-file', 'extra-file', 'extra-file']],
    ['names what is in another folder', ['../week-1/a', 'b'], ['missing-file', 'extra-file']],
  ] as const) {
    it(`are refused if the manifest ${what}`, () => {
      expect(codes(partsOf(manifest, [object('a'), object('b')], { files: [...files] }))).toEqual(expected);
    });
  }

  it('that are missing are named up to a number', () => {
    const files = Array.from({ length: 25 }, (_, index) => `part-${index}`);
    const result = partsOf(manifest, [], { files });
    expect(codes(result)).toHaveLength(21);
    expect('reasons' in result && result.reasons.at(-1)?.message).toContain('and 5 more');
  });

  for (const [count, expected] of [
    [MAX_PARTS, MAX_PARTS],
    [MAX_PARTS + 1, 1],
  ] as const) {
    it(`${count === expected ? 'may' : 'may not'} be ${count}`, () => {
      const listed = Array.from({ length: count }, (_, index) => object(`part-${index}`));
      const result = codes(partsOf(success, listed));
      expect(result).toHaveLength(expected);
      if (expected === 1) expect(result).toEqual(['too-many-parts']);
    });
  }

  for (const [size, expected] of [
    [1_048_576, ['a']],
    [1_048_577, ['too-large']],
  ] as const) {
    it(`may ${expected[0] === 'a' ? '' : 'not '}have ${size} bytes under data.maxSizeMb: 1`, () => {
      expect(codes(partsOf(success, [object('a', size)]))).toEqual(expected);
    });
  }

  for (const [size, expected] of [
    [MAX_SET_BYTES / 10, 10],
    [MAX_SET_BYTES / 10 + 1, 1],
  ] as const) {
    it(`may ${expected > 1 ? '' : 'not '}have ${size} bytes each if there are ten`, () => {
      const listed = Array.from({ length: 10 }, (_, index) => object(`part-${index}`, size));
      expect(codes(partsOf({ ...success, maxSizeMb: 20_480 }, listed))).toHaveLength(expected);
    });
  }

  it('are those the manifest names, whatever they are called, or there is a reason', () => {
    const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('/'));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), (files) => {
        const result = partsOf(
          manifest,
          files.map((file) => object(file)),
          { files },
        );
        if ('parts' in result) expect(codes(result)).toEqual(files);
        else expect(result.reasons.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a manifest', () => {
  it('names files', () => {
    expect(parseManifest('{"files":["a.csv","b.csv"]}')).toEqual({ files: ['a.csv', 'b.csv'] });
  });

  for (const text of [
    '',
    'part-0',
    '[]',
    '{}',
    '{"files":[]}',
    '{"files":["a"],"rows":3}',
    '{"files":[1]}',
    '{"files":[""]}',
  ]) {
    it(`is refused if it is ${JSON.stringify(text)}`, () => {
      const result = parseManifest(text);
      expect('reasons' in result && result.reasons[0]?.code).toBe('bad-manifest');
    });
  }
});
