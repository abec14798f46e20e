import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../cli/command.ts';
import { outputFiles } from '../../cli/output-files.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'millrace-outputs-'));
  mkdirSync(join(cwd, 'there'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const to = (value: string, inputs: string[], read = inputs) =>
  outputFiles('--report', value, '.html', { inputs, read, cwd });

describe('where a report goes', () => {
  it('is the file that was named, for one input', () => {
    expect(to('out.html', ['a.csv'])).toEqual([join(cwd, 'out.html')]);
  });

  it('is a file called like its input in a folder', () => {
    expect(to('new/', ['x/a.csv'])).toEqual([join(cwd, 'new/a.csv.html')]);
    expect(to('there', ['x/a.csv', 'b.csv'])).toEqual([join(cwd, 'there/a.csv.html'), join(cwd, 'there/b.csv.html')]);
  });

  for (const [what, value, inputs, read] of [
    ['one file for two inputs', 'out.html', ['a.csv', 'b.csv'], undefined],
    ['one name for two inputs', 'new/', ['x/a.csv', 'y/a.csv'], undefined],
    ['a file that is read', './there/../a.csv', ['a.csv'], undefined],
    ['the spec', 'spec.yaml', ['a.csv'], ['a.csv', 'spec.yaml']],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => to(value, [...inputs], read && [...read])).toThrow(UsageError);
    });
  }
});
