import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleText } from '../../../engine/drift/sample-text.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-sample-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('takes a small file as it is', async () => {
  const path = join(dir, 'small.csv');
  writeFileSync(path, 'a\n1\n');
  expect(await sampleText(path, join(dir, 'none'))).toBe(path);
});

it('takes whole lines from all over a large one, the header first, in their order', async () => {
  const path = join(dir, 'large.csv');
  const lines = Array.from({ length: 500_000 }, (_, i) => `${i},${'x'.repeat(14)}`);
  writeFileSync(path, `n,text\n${lines.join('\n')}\n`);
  const sample = await sampleText(path, join(dir, 'sample'));
  const [header, ...taken] = readFileSync(sample, 'utf8').trimEnd().split('\n');
  expect(header).toBe('n,text');
  const known = new Set(lines);
  expect(taken.every((line) => known.has(line))).toBe(true);
  const numbers = taken.map((line) => Number.parseInt(line, 10));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.at(-1)).toBeGreaterThan(499_000);
  for (let tenth = 0; tenth < 10; tenth++) {
    expect(numbers.filter((n) => Math.floor(n / 50_000) === tenth).length).toBeGreaterThan(1_000);
  }
});
