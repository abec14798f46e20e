import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../cli/csv.ts';

describe('reading CSV', () => {
  const cases: [string, string, Record<string, string>[]][] = [
    [
      'rows under a header',
      'a,b\n1,2\n3,4\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['Windows line ends and a byte order mark', '\uFEFFa,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    [
      'empty fields, the last one too',
      'a,b\n,\n1,',
      [
        { a: '', b: '' },
        { a: '1', b: '' },
      ],
    ],
    ['commas, quotes and line ends in quotes', 'a,b\n"x, ""y""","1\n2"\n', [{ a: 'x, "y"', b: '1\n2' }]],
    ['blank lines between rows', 'a\n\n1\n\n', [{ a: '1' }]],
  ];
  for (const [what, text, rows] of cases) {
    it(`takes ${what}`, () => {
      expect(parseCsv(text)).toEqual(rows);
    });
  }

  const bad: [string, string, string][] = [
    ['nothing', '', 'no header line'],
    ['a short row', 'a,b\n1\n', 'row 1 has 1 fields, the header 2'],
    ['an open quote', 'a\n"1', 'a quote is out of place'],
    ['text after a quote', 'a\n"1"2\n', 'a quote is out of place'],
  ];
  for (const [what, text, problem] of bad) {
    it(`refuses ${what}`, () => {
      expect(() => parseCsv(text)).toThrow(problem);
    });
  }

  it('stops at the rows wanted, whatever follows', () => {
    expect(parseCsv('a\n1\n2\n"', 1)).toEqual([{ a: '1' }]);
  });

  it('reads back what was written', () => {
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (rows) => {
        const text = ['x,y', ...rows.map((row) => row.map(quote).join(','))].join('\n');
        expect(parseCsv(text)).toEqual(rows.map(([x, y]) => ({ x, y })));
      }),
    );
  });
});
