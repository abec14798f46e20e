import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNonFinite, pointerTo } from '../../../domain/inference/json-pointer.ts';

describe('the place of a number that JSON has not', () => {
  const cases: [string, string | undefined, string?][] = [
    ['NaN', '', 'NaN'],
    ['[1, NaN]', '/1', 'NaN'],
    ['{"a": {"b": [[], [0, -Infinity]]}}', '/a/b/1/1', '-Infinity'],
    ['{"a": "NaN", "b": Infinity}', '/b', 'Infinity'],
    ['{"a/~": NaN}', '/a~1~0', 'NaN'],
    ['{"a\\"": [ {"x": 1}, {"y": NaN} ]}', '/a"/1/y', 'NaN'],
    ['{"a": "NaN"}', undefined],
    ['[NaNs]', undefined],
    ['["NaN', undefined],
    ['', undefined],
  ];
  for (const [text, pointer, token] of cases) {
    it(`is ${pointer ?? 'nowhere'} in ${text}`, () => {
      expect(findNonFinite(text)).toEqual(pointer === undefined ? undefined : { pointer, token });
    });
  }

  it('is the place a reader of JSON finds, in any document', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.json(), (path, beside) => {
        const text = path.reduceRight(
          (inner, name) => `{"": ${beside}, ${JSON.stringify(`k${name}`)}: ${inner}}`,
          'NaN',
        );
        expect(findNonFinite(text)?.pointer).toBe(path.map((name) => `/${pointerTo(`k${name}`)}`).join(''));
      }),
    );
  });

  it('is found or not in time that grows with the length alone', () => {
    for (const text of ['"', '\\"', '[', '{"a":', '-', '"\\']) {
      expect(findNonFinite(`["${text.repeat(1_000_000)}`)).toBeUndefined();
    }
  });
});
