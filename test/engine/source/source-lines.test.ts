import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataSpec } from '../../../domain/spec/columns.ts';
import { brokenRecords } from '../../../engine/source/broken-records.ts';
import { commonShift, type LineShift, sourceLines } from '../../../engine/source/source-lines.ts';
import { aDataSpec, type Open, withSources } from './fixtures.ts';

type Lines = { rows: number[]; broken: number[] } | { reasons: readonly { code: string; message: string }[] };

/** What `sourceLines` and `brokenRecords` say of every record. */
async function readLines(
  open: Open,
  connection: DuckDBConnection,
  data: DataSpec,
  text: string,
  parallel = true,
): Promise<Lines> {
  const opened = await open(data, text, { parallel });
  if ('reasons' in opened) return opened;
  const { file, source } = opened;
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const found = await query(`SELECT __record FROM ${source.relation('numbered')}`);
  const wanted = found.map((row) => Number(row.__record));
  const broken = await brokenRecords(file, wanted.length, `${file.path}.broken`);
  // what several threads tear apart, one may read
  if ('reasons' in broken) return parallel ? readLines(open, connection, data, text, false) : broken;
  const common = commonShift(file, wanted.length);
  const shifts: LineShift[] = common === undefined ? [] : [{ since: 1, shift: common }];
  const known = new Set(wanted);
  const isWanted = (row: number) => known.has(row);
  if (common === undefined) await sourceLines(file, isWanted, async (found) => void shifts.push(...found));
  return {
    rows: wanted.map((number) => number + (shifts.findLast(({ since }) => since <= number)?.shift ?? Number.NaN)),
    broken: broken.relation
      ? (await query(`SELECT line FROM ${broken.relation} ORDER BY line`)).map(({ line }) => Number(line))
      : [],
  };
}

const linesOf = (text: string, fields: Parameters<typeof aDataSpec>[0] = {}) =>
  withSources((open, connection) => readLines(open, connection, aDataSpec(fields), text));

describe('sourceLines', () => {
  it.each([
    ['one line each', 'a,b\n1,l2\n2,l3\n', [2, 3], []],
    ['broken lines', 'a,b\n1\n2\n1,l4\n3\n1,l6\n', [4, 6], [2, 3, 5]],
    ['a broken line at the end', 'a,b\n1,l2\n3', [2], [3]],
    ['blank lines', '\na,b\n\n1,l4\n\n\n2\n3,l8\n\n', [4, 8], [7]],
    ['lines within quotes', 'a,b\n"\n1",l2\nx\n2,l5\n"\n\n",l6\ny\n', [2, 5, 6], [4, 9]],
    ['lines within quotes in the header', 'a,b,"c\n"\n1,l3,0\nx\n2,l5,0\n', [3, 5], [4]],
    ['CRLF', 'a,b\r\n"\r\n1",l2\r\nx\r\n\r\n2,l6\r\n', [2, 6], [4]],
    ['CR', 'a,b\r"\r1",l2\rx\r2,l5\r', [2, 5], [4]],
    ['quotes within a cell', 'a,b\n1"2,l2\n3"\n1,l4\n', [2, 4], [3]],
    ['a cell that goes on after its quotes', 'a,b\n"1"x,l2\n1,l3\n', [3], [2]],
    ['blanks around quotes', 'a,b\n "1\n2" ,l2\nx\n1,l5\n', [2, 5], [4]],
  ])('counts %s', async (_what, text, rows, broken) => {
    const found = await linesOf(text, { extraColumns: 'ignore' });
    expect(found).toEqual({ rows, broken });
  });

  it.each([
    ['a blank line', '\uFEFF\n1,l2\n\nx\n2,l5\n', [2, 5], [4]],
    ['quotes', '\uFEFF"\n1",l1\nx\n2,l4\n', [1, 4], [3]],
  ])('counts %s after a byte order mark', async (_what, text, rows, broken) => {
    expect(await linesOf(text, { header: false })).toEqual({ rows, broken });
  });

  it('tells the line of every record of a well-formed file', async () => {
    const cell = fc.string({ unit: fc.constantFrom('x', '"', ',', '\n', ' ', "'"), maxLength: 6 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    // a row, a blank line, or a line without a second cell
    const line = fc.oneof(cell.map(quoted), fc.constant(undefined), fc.constant(null));
    await withSources((open, connection) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(line, { minLength: 1, maxLength: 12 }),
          fc.constantFrom('\n', '\r\n'),
          async (rows, end) => {
            const expected = { rows: [] as number[], broken: [] as number[] };
            let text = `a,b${end}`;
            for (const row of rows) {
              const at = text.split('\n').length;
              if (row === null) expected.broken.push(at);
              else if (row !== undefined) expected.rows.push(at);
              text += `${row === undefined ? '' : row === null ? 'x' : `${row.replaceAll('\n', end)},l`}${end}`;
            }
            expect(await readLines(open, connection, aDataSpec(), text)).toEqual(expected);
          },
        ),
        { numRuns: 60 },
      ),
    );
  });

  it('gives lines, or reasons, for whatever quotes there are', async () => {
    const sign = fc.constantFrom('a', ',', ',', '"', '"', '\n', ' ');
    await withSources((open, connection) =>
      fc.assert(
        fc.asyncProperty(fc.string({ unit: sign, maxLength: 30 }), async (text) => {
          const found = await readLines(open, connection, aDataSpec(), `a,b\n${text}`);
          if ('reasons' in found) {
            expect(found.reasons.map(({ code }) => code)).toEqual(['broken-records']);
            return;
          }
          const numbers = [...found.rows, ...found.broken];
          expect(new Set(numbers).size).toBe(numbers.length);
          for (const number of numbers) expect(number >= 2 && number <= text.split('\n').length + 1).toBe(true);
        }),
        { numRuns: 300 },
      ),
    );
  });

  const rows = (count: number) => '2,y\n'.repeat(count);
  it.each([
    ['to the end', `1,"x\n${rows(4_000_000)}`, 0],
    ['for megabytes', `1,"x\n${rows(3_000_000)}",3\n${rows(10)}`, 10],
  ])('steps over a quoted cell that goes on %s', async (_what, text, after) => {
    const found = await linesOf(`a,b\n0,w\n${text}`);
    expect(found).toEqual({
      rows: [2, ...Array.from({ length: after }, (_, index) => 3_000_005 + index)],
      broken: [3],
    });
  });

  it('finds rows around lines of a cell that look like rows, wherever DuckDB cuts the file', async () => {
    const before = 1_980_000;
    const found = await linesOf(`a,b\n${rows(before)}1,"${rows(100_000)}"\n${rows(3)}`);
    if ('reasons' in found) throw new Error(found.reasons[0]?.message);
    expect(found.broken).toEqual([]);
    expect(found.rows).toHaveLength(before + 4);
    expect(found.rows.slice(-4)).toEqual([0, 100_001, 100_002, 100_003].map((line) => before + 2 + line));
  });

  it('names the line of each line of JSON', async () => {
    const text = '{"a":1,"b":"l1"}\n\n{"a":1,"b":"l3"}\n \n{"a":1,"b":"l5"}\n';
    expect(await linesOf(text, { format: 'jsonl' })).toEqual({
      rows: [1, 3, 5],
      broken: [],
    });
  });
});
