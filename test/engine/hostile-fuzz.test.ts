import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../engine/duckdb.ts';
import { TORN_APART } from '../../engine/source/broken-records.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { aDataSpec, type Open, readOpened, withSources } from './source/fixtures.ts';

const CODES = [
  'broken-records',
  'compressed',
  'damaged',
  'decompression-bomb',
  'duplicate-column',
  'empty',
  'extra-column',
  'line-too-long',
  'lines-too-long',
  'missing-column',
  'mixed-line-ends',
  'nul-byte',
  'too-large',
  'trailing-garbage',
  'truncated',
  'unreadable',
  'wrong-column-type',
  'wrong-encoding',
  'wrong-format',
  'wrong-header',
  'wrong-width',
];

let parquet: Buffer;
let footerBytes: number;
beforeAll(async () => {
  parquet = await withWorkFolder('hostile', async (folder) => {
    const path = join(folder, 'f.parquet');
    const rows = "SELECT i::DOUBLE AS a, 'text' || (i % 7) AS b FROM range(3000) t(i)";
    await withDuckDb({ folders: [folder] }, (connection) =>
      connection.run(`COPY (${rows}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`),
    );
    return readFile(path);
  });
  footerBytes = parquet.readUInt32LE(parquet.length - 8);
});

/** Bytes that are put elsewhere, as shares of the length. */
const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 4,
});
function changed(bytes: Buffer, places: readonly (readonly [number, number])[], from = 0): Buffer {
  const copy = Buffer.from(bytes);
  for (const [share, byte] of places) copy[from + Math.floor(share * (copy.length - 1 - from))] = byte;
  return copy;
}

const parquetSpec = () => aDataSpec({ format: 'parquet' });

describe('a Parquet file that lies', () => {
  const footer = (change: (bytes: Buffer) => void) => () => {
    const copy = Buffer.from(parquet);
    change(copy);
    return copy;
  };
  it.each([
    [
      'says its footer is longer than the file',
      footer((bytes) => bytes.writeUInt32LE(0x7fffffff, bytes.length - 8)),
      'unreadable',
    ],
    ['says its footer is empty', footer((bytes) => bytes.writeUInt32LE(0, bytes.length - 8)), 'unreadable'],
    [
      'has another footer length',
      footer((bytes) => bytes.writeUInt32LE(footerBytes - 3, bytes.length - 8)),
      'unreadable',
    ],
    ['has no sign at its end', () => parquet.subarray(0, -1), 'truncated'],
    [
      'lacks its middle',
      () => Buffer.concat([parquet.subarray(0, 100), parquet.subarray(-footerBytes - 8)]),
      'unreadable',
    ],
    ['is nothing but signs', () => Buffer.from('PAR1\0\0\0\0PAR1'), 'unreadable'],
    [
      'is nothing but signs and zeros',
      () => Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(1_000), Buffer.from('PAR1')]),
      'unreadable',
    ],
    [
      'is noise between signs',
      () => Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(1_000, 0xa5), Buffer.from('PAR1')]),
      'unreadable',
    ],
  ])('and %s is refused', async (_what, bytes, code) => {
    await withSources(async (open, connection) => {
      expect((await readOpened(await open(parquetSpec(), bytes()), connection)).codes).toEqual([code]);
    });
  });

  it('about the number of its rows is refused', async () => {
    await withSources(async (open, connection) => {
      // the number of rows, 3,000, as Thrift writes it
      const at = parquet.lastIndexOf(Buffer.from([0xf0, 0x2e]), -9);
      const first = parquet.indexOf(Buffer.from([0xf0, 0x2e]), parquet.length - 8 - footerBytes);
      for (const place of new Set([at, first])) {
        const copy = Buffer.from(parquet);
        copy[place + 1] = 0x2d;
        expect((await readOpened(await open(parquetSpec(), copy), connection)).codes).toEqual(['damaged']);
      }
    });
  });
});

type Connection = Parameters<typeof readOpened>[1];

/** Either reasons, each of a known kind, or rows that can be read; never an error. */
async function answers(open: Open, connection: Connection, data: ReturnType<typeof aDataSpec>, bytes: Buffer) {
  const { codes } = await readOpened(await open(data, bytes), connection);
  for (const code of codes ?? []) expect(CODES).toContain(code);
  if (codes?.[0] !== TORN_APART) return;
  const again = await readOpened(await open(data, bytes, { parallel: false }), connection);
  for (const code of again.codes ?? []) expect(CODES).toContain(code);
}

describe('a source answers with reasons or rows', () => {
  const csv = Buffer.from(`a,b\n${Array.from({ length: 40 }, (_, i) => `${i},"t""${i}"\n`).join('')}`);
  const jsonl = Buffer.from(Array.from({ length: 40 }, (_, i) => `${JSON.stringify({ a: i, b: `t${i}` })}\n`).join(''));
  const formats = { csv, jsonl, gzip: gzipSync(csv), zstd: zstdCompressSync(csv) };

  for (const [name, bytes] of Object.entries(formats)) {
    const data = aDataSpec({ format: name === 'jsonl' ? 'jsonl' : 'csv' });
    it(`for ${name} with other bytes in it`, async () => {
      await withSources((open, connection) =>
        fc.assert(
          fc.asyncProperty(changes, async (places) => answers(open, connection, data, changed(bytes, places))),
          { numRuns: 150 },
        ),
      );
    });

    it(`for ${name} that is cut off or put together anew`, async () => {
      const share = fc.double({ min: 0, max: 1, noNaN: true });
      await withSources((open, connection) =>
        fc.assert(
          fc.asyncProperty(share, share, async (from, to) => {
            const piece = bytes.subarray(0, Math.floor(from * bytes.length));
            const other = bytes.subarray(Math.floor(to * bytes.length));
            await answers(open, connection, data, Buffer.concat([piece, other]));
          }),
          { numRuns: 100 },
        ),
      );
    });
  }

  it('for any bytes at all', async () => {
    const head = fc.constantFrom('', 'a,b\n', '{"a":1,"b":"x"}\n', 'PAR1', '\uFEFFa;b\r\n', '\u001f', '1,2\n');
    const format = fc.constantFrom('csv', 'jsonl', 'parquet');
    const tail = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.string({ maxLength: 40 }).map((text) => Buffer.from(text)),
    );
    await withSources((open, connection) =>
      fc.assert(
        fc.asyncProperty(head, tail, format, fc.boolean(), async (start, rest, kind, header) => {
          const bytes = Buffer.concat([Buffer.from(start), rest]);
          await answers(open, connection, aDataSpec({ format: kind, header }), bytes);
        }),
        { numRuns: 400 },
      ),
    );
  });

  it('for Parquet with other bytes in it', async () => {
    const body = fc.constantFrom('footer', 'pages');
    await withSources((open, connection) =>
      fc.assert(
        fc.asyncProperty(changes, body, async (places, where) => {
          const from = where === 'footer' ? parquet.length - 8 - footerBytes : 4;
          await answers(open, connection, parquetSpec(), changed(parquet, places, from));
        }),
        { numRuns: 250 },
      ),
    );
  });
});
