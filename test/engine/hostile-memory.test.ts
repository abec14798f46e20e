import { execFile } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { root } from '../fixtures/imports.ts';

const run = promisify(execFile);

/** Judges a file in a process with 96 MB of heap, and DuckDB with 256 MB. */
async function judged(path: string, format = 'csv'): Promise<{ codes: string[]; megabytes: number }> {
  const script = join(root, 'test/fixtures/judge-in-child.ts');
  const { stdout } = await run(process.execPath, ['--max-old-space-size=96', script, path, format]);
  return JSON.parse(stdout) as { codes: string[]; megabytes: number };
}

describe('memory', () => {
  const lines = (line: string, count: number) => Buffer.alloc(line.length * count, line);
  const named = (rows: Buffer) => Buffer.concat([Buffer.from('a,b\n'), rows]);
  it.each([
    ['a line of 2 GB', async (path: string) => truncate(path, 2 ** 31), ['nul-byte'], 300],
    ['a bomb', (path: string) => writeFile(path, gzipSync(lines('1,x\n', 2 ** 26))), ['decompression-bomb'], 400],
    [
      '3 million broken lines',
      (path: string) => writeFile(path, named(lines('x\n', 3_000_000))),
      ['too-few-rows', 'too-few-cells'],
      700,
    ],
    [
      '1.5 million bad rows between blank lines',
      (path: string) => writeFile(path, named(lines('x,x\n\n', 1_500_000))),
      ['too-few-rows', 'wrong-type'],
      700,
    ],
    [
      'a line of a million cells',
      (path: string) => writeFile(path, named(lines('1,', 999_000))),
      ['too-few-rows', 'too-many-cells'],
      300,
    ],
    [
      '150 cells of 1.9 MB',
      (path: string) =>
        writeFile(
          path,
          named(
            lines(
              `1,${'x'.repeat(1_900_000)}
`,
              150,
            ),
          ),
        ),
      ['lines-too-long'],
      400,
    ],
    [
      '60 cells of 1.9 MB',
      (path: string) =>
        writeFile(
          path,
          named(
            lines(
              `1,${'x'.repeat(1_900_000)}
`,
              60,
            ),
          ),
        ),
      [],
      600,
    ],
  ] as const)(
    'stays bounded for %s',
    async (_what, write, codes, most) => {
      await withWorkFolder('memory', async (folder) => {
        const path = join(folder, 'upload');
        await writeFile(path, '');
        await write(path);
        const found = await judged(path);
        expect(found.codes).toEqual(codes);
        expect(found.megabytes).toBeLessThan(most);
      });
    },
    60_000,
  );
});
