import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDialect } from '../../../domain/datasets/dialect.ts';
import { DataSpec } from '../../../domain/spec/columns.ts';

const spec = (fields = {}, names = ['a', 'b']) =>
  DataSpec.parse({ columns: names.map((name) => ({ name, type: 'string' })), target: names[0], ...fields });

describe('findDialect', () => {
  it.each([
    ['a,b\n', {}, { delimiter: ',', quote: '"', width: 2, headerLines: 1, headerRecords: 1 }],
    ['a;b', {}, { delimiter: ';', headerLines: 1 }],
    // the more columns, the better; then the order of preference
    ['a,x;b;a\n', {}, { delimiter: ';', width: 3 }],
    ['a,z;b\n', {}, { delimiter: ',' }],
    ["'tis,b\nx,y\n", {}, { quote: '"', names: ["'tis", 'b'] }],
    ['x\n', {}, { delimiter: ',', width: 1 }],
    ['a;b\n', { delimiter: '#' }, { delimiter: '#', width: 1 }],
    ["'a','b'\n", {}, { quote: "'", names: ['a', 'b'] }],
    ["'a','b'\n", { quote: '"' }, { quote: '"', names: ["'a'", "'b'"] }],
    ['\'a\',"b"\n', {}, { quote: '"' }],
    ['"a","b"\n', { quote: 'none' }, { quote: undefined, names: ['"a"', '"b"'] }],
    ['\n\r\n"a\n",b\n', {}, { headerLines: 4, headerRecords: 3, names: ['a\n', 'b'] }],
    ['1;2\n', { header: false }, { delimiter: ';', width: 2, headerLines: 0, headerRecords: 0, names: undefined }],
    // most records have the spec's width, whatever the first has
    ['1;2;3\n1;2\n', { header: false }, { delimiter: ';', width: 2 }],
    ['1,0;2,0\n1,5;2,5\n', { header: false }, { delimiter: ';', width: 2 }],
    ['1,2,3\n', { header: false }, { delimiter: ',', width: 3 }],
    ["'1;x';2\n", { header: false }, { delimiter: ';', quote: "'", width: 2 }],
  ])('reads %j under %j', (text, fields, expected) => {
    expect(findDialect(spec(fields), text, true)).toMatchObject(expected);
  });

  it('has no answer for a first record that goes on', () => {
    expect(findDialect(spec(), 'a,b', false)).toBeUndefined();
    expect(findDialect(spec(), '"a,b\n1,2\n', false)).toBeUndefined();
    expect(findDialect(spec(), ','.repeat(1_000_000), false)).toBeUndefined();
  });

  it('finds every delimiter by the names in the header', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 2, maxLength: 9 }),
        fc.constantFrom(',', ';', '\t', '|', ':'),
        fc.constantFrom('"', "'", ''),
        (names, delimiter, quote) => {
          const text = names.map((each) => `${quote}${each}${quote}`).join(delimiter);
          expect(findDialect(spec({}, names), `${text}\n`, true)).toMatchObject({ delimiter, names });
        },
      ),
    );
  });
});
