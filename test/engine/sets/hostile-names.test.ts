import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { aModelSpec } from '../../fixtures/builders.ts';
import { toCsv } from '../../fixtures/customers.ts';
import { readParquet } from '../../fixtures/parquet.ts';
import { setRoom } from '../../fixtures/set-room.ts';

/** Names that the queries over parts use themselves, or that quoting has to bear. */
const NAMES = [
  'part',
  'row',
  'line',
  'key',
  'ids',
  'id',
  'whole',
  'error',
  'range',
  's0',
  's1',
  't0',
  't2',
  'a0',
  'b0',
];
const ODD = ['file_row_number', 'filename', 'a"b', "it's", 'select', 'ünï', '; DROP TABLE x'];

describe('parts with columns of any name', () => {
  it('are compared by their keys and set aside like others', async () => {
    const names = [...NAMES, ...ODD];
    const columns = [
      { name: 'target', type: 'integer', min: 0, max: 1 },
      ...names.map((name) => ({ name, type: 'string', nullable: true })),
    ];
    const data = {
      ...{
        columns,
        target: 'target',
        id: 'id',
        timestamp: undefined,
        protected: [],
        keys: [
          ['row', 'a"b'],
          ['line', 't0'],
        ],
      },
      ...{ checks: [{ type: 'duplicate-rows', maxShare: 1 }], maxQuarantineShare: 1 },
    };
    const room = await setRoom(aModelSpec({ data }));
    try {
      const row = (number: number, change: object = {}) => ({
        target: number % 2,
        ...Object.fromEntries(names.map((name) => [name, `${name} ${number}`])),
        ...change,
      });
      const all = ['target', ...names];
      const first = [row(0), row(1), row(2)];
      const second = [
        row(3),
        row(4, { row: 'row 1', 'a"b': 'a"b 1' }),
        row(5, { line: 'line 0', t0: 't0 0' }),
        row(6, { target: 9 }),
      ];
      const parts = { '0.csv': toCsv(first, all), '1.csv': toCsv(second, all) };
      const dataset = await room.run(room.seal('set', parts));
      expect(dataset).toMatchObject({ rows: 4, quarantinedRows: 3, reasons: expect.any(Array) });
      const { files, quarantine } = await room.parts(dataset);
      const read = async (ref?: { key: string }) => readParquet(await readFile(room.lake.path(ref?.key ?? '')));
      expect((await read(files[1])).map((found) => found.row)).toEqual(['row 3']);
      expect((await read(quarantine[0])).map((found) => [Number(found.__line), found.__reasons, found.id])).toEqual([
        [3, ['duplicate-key:row+a"b'], 'id 4'],
        [4, ['duplicate-key:line+t0'], 'id 5'],
        [5, ['out-of-range:target', 'unknown-class:target'], 'id 6'],
      ]);
    } finally {
      await room.lake.remove();
    }
  });
});
