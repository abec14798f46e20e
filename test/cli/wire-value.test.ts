import { describe, expect, it } from 'vitest';
import { wireValue } from '../../cli/wire-value.ts';
import { withDuckDb } from '../../engine/duckdb.ts';

describe('a CSV field sent to a model', () => {
  const values: [unknown, string, unknown][] = [
    ['12', 'INT64', 12],
    ['1.5', 'FP64', 1.5],
    ['12', 'BYTES', '12'],
    ['', 'BYTES', null],
    [' ', 'FP64', ' '],
    ['twelve', 'INT64', 'twelve'],
    ['maybe', 'BOOL', 'maybe'],
    [undefined, 'FP64', null],
    [false, 'BOOL', false],
    [5, 'BYTES', '5'],
    [true, 'BYTES', 'true'],
    [null, 'BYTES', null],
    [5, 'INT64', 5],
  ];
  for (const [field, datatype, value] of values)
    it(`${JSON.stringify(field)} is ${JSON.stringify(value)} as ${datatype}`, () => {
      expect(wireValue(field, datatype)).toEqual(value);
    });

  it('is the boolean that validation made of it', async () => {
    const words = ['true', 'False', 't', 'F', 'yes', 'NO', 'y', 'n', '1', '0', 'on'];
    await withDuckDb({}, async (connection) => {
      for (const word of words) {
        const [row] = (await connection.runAndReadAll(`SELECT TRY_CAST('${word}' AS BOOLEAN) AS b`)).getRowObjectsJS();
        expect([word, wireValue(word, 'BOOL')]).toEqual([word, row?.b ?? word]);
      }
    });
  });
});
