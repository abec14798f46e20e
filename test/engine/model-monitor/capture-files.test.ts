import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureFileLines, captureFiles, UnreadableCaptureError } from '../../../engine/model-monitor/capture-files.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-capture-files-'));
  const hour = join(dir, 'ep', 'v', '2026', '01', '05', '10');
  mkdirSync(hour, { recursive: true });
  mkdirSync(join(dir, 'ep', 'v', '2026', '01', '05', '09'));
  writeFileSync(join(hour, 'b.jsonl'), '{"a":1}\n\n{"a":"\u2028"}');
  writeFileSync(join(hour, 'a.jsonl.gz'), gzipSync('{"a":3}\r\n{"a":"é"}\n'));
  writeFileSync(join(dir, 'ep', 'v', '2026', '01', '05', '09', 'c.jsonl'), 'x');
  writeFileSync(join(hour, 'README.txt'), 'no capture');
  writeFileSync(join(dir, 'cut.jsonl.gz'), gzipSync('{"a":1}\n'.repeat(10_000)).subarray(0, 60));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of captureFileLines(path)) lines.push(line);
  return lines;
}

describe('the files of a capture', () => {
  it('are found below a folder in the order of time, each with its hour', async () => {
    const files = await captureFiles(join(dir, 'ep'));
    expect(files.map(({ path, folderTime }) => [path.split(/[/\\]/).at(-1), folderTime?.toISOString()])).toEqual([
      ['c.jsonl', '2026-01-05T09:00:00.000Z'],
      ['a.jsonl.gz', '2026-01-05T10:00:00.000Z'],
      ['b.jsonl', '2026-01-05T10:00:00.000Z'],
    ]);
    expect((await captureFiles(join(dir, 'cut.jsonl.gz')))[0]?.folderTime).toBeUndefined();
    await expect(captureFiles(join(dir, 'nothing'))).rejects.toThrow('ENOENT');
  });

  it('are read line by line, compressed or not, and blank lines are none', async () => {
    const [, gzip, plain] = await captureFiles(join(dir, 'ep'));
    expect(await linesOf(plain?.path ?? '')).toEqual(['{"a":1}', '{"a":"\u2028"}']);
    expect(await linesOf(gzip?.path ?? '')).toEqual(['{"a":3}\r', '{"a":"é"}']);
  });

  it('say so when they are cut off', async () => {
    await expect(linesOf(join(dir, 'cut.jsonl.gz'))).rejects.toThrow(UnreadableCaptureError);
  });
});
