import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../domain/inference/parse-csv.ts';

describe('comma-separated values', () => {
  const cases: [string, (string | null)[][]][] = [
    ['', []],
    ['a', [['a']]],
    [
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['\ufeffa\n', [['a']]],
    [',\n', [[null, null]]],
    ['a,', [['a', null]]],
    ['""\n\n', [[''], [null]]],
    ['"a ""b"", c\n",d\n', [['a "b", c\n', 'd']]],
  ];
  for (const [text, rows] of cases) {
    it(`are read from ${JSON.stringify(text)}`, () => {
      expect(parseCsv(text)).toEqual(rows);
    });
  }

  for (const text of ['"a', 'a"b', '"a"b', 'x,y\n1,"', 'a\rb']) {
    it(`are refused with the line in ${JSON.stringify(text)}, without its text`, () => {
      expect(() => parseCsv(text)).toThrow(text.startsWith('x') ? /^\/1: / : /^\/0: /);
    });
  }

  it('come back as they were written', () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') }));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1 })), fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const field = (text: string | null) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`);
        expect(parseCsv(rows.map((row) => row.map(field).join(',') + end).join(''))).toEqual(rows);
      }),
    );
  });

  it('take time in proportion to their length, also where a quote is not closed', () => {
    for (const text of ['""', 'a', ',', '\n']) expect(() => parseCsv(`"${text.repeat(1_000_001)}`)).toThrow();
  });
});
