import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tsc = join(root, 'node_modules/.bin/tsc');
const packed = mkdtempSync(join(tmpdir(), 'millrace-package-'));

/** The `ts` blocks of the page, and what their comments say that they print. */
const examples = [...readFileSync(join(root, 'docs/stats.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(
  ([, code = ''], i) => ({ name: `example-${i}.ts`, code, printed: printedBy(code) }),
);

function printedBy(code: string): string[] {
  const lines = code.trimEnd().split('\n');
  const beside = lines.flatMap((line) => /console\.log\(.*\/\/ (.*)$/.exec(line)?.[1] ?? []);
  const after = lines.slice(lines.findLastIndex((line) => !line.startsWith('//')) + 1);
  return [...beside, ...after.map((line) => line.slice(3))];
}

/** As `npm run build` compiles it, in a folder of its own. */
beforeAll(() => {
  execFileSync(tsc, ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(packed, 'dist')], { stdio: 'inherit' });
  copyFileSync(join(root, 'package.json'), join(packed, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(packed, 'node_modules'));
  for (const { name, code } of examples) writeFileSync(join(packed, name), code);
}, 120_000);
afterAll(() => rmSync(packed, { recursive: true, force: true }));

const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: packed, encoding: 'utf8' });

describe('the built package', () => {
  it('exports what stats/index.ts does', async () => {
    const source = Object.keys(await import('../stats/index.ts')).sort();
    const program = `import * as stats from 'millrace/stats'; console.log(JSON.stringify(Object.keys(stats).sort()))`;
    expect(JSON.parse(node('--input-type=module', '--eval', program))).toEqual(source);
  });

  it('has types that the examples of docs/stats.md are checked by', () => {
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    const files = examples.map(({ name }) => name);
    expect(files.length).toBeGreaterThan(5);
    execFileSync(tsc, [...options, '--skipLibCheck', '--ignoreConfig', ...files], { cwd: packed, stdio: 'pipe' });
  }, 60_000);

  for (const { name, printed } of examples) {
    it(`prints in ${name} of docs/stats.md what the page says`, () => {
      expect(printed.length).toBeGreaterThan(0);
      expect(node(name).trimEnd().split('\n')).toEqual(printed);
    });
  }
});
