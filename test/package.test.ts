import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typescriptTypes } from '../domain/inference/typescript-types.ts';
import { loads } from './fixtures/imports.ts';

const root = join(import.meta.dirname, '..');
const tsc = join(root, 'node_modules/.bin/tsc');
const packed = mkdtempSync(join(tmpdir(), 'millrace-package-'));

const blocksOf = (page: string): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);

/** The `ts` blocks of the page, and what their comments say that they print. */
const examples = blocksOf('docs/stats.md').map((code, i) => ({
  name: `example-${i}.ts`,
  code,
  printed: printedBy(code),
}));
/** Those of a page whose programs need a platform, beside the types that they import. */
const clientExamples = blocksOf('docs/api.md').map((code, i) => ({ name: `client-${i}.ts`, code }));
const signature = {
  inputs: [
    { name: 'age', datatype: 'INT64' as const, nullable: true },
    { name: 'plan', datatype: 'BYTES' as const, nullable: false },
  ],
  outputs: [{ name: 'probability', datatype: 'FP64' as const, nullable: false }],
};

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
  writeFileSync(join(packed, 'churn.ts'), typescriptTypes({ name: 'churn', version: 1, signature }));
  for (const { name, code } of [...examples, ...clientExamples]) writeFileSync(join(packed, name), code);
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

  it('has a client whose types the examples of docs/api.md are checked by, and those that `millrace client` prints', () => {
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    const files = ['churn.ts', ...clientExamples.map(({ name }) => name)];
    expect(clientExamples.length).toBeGreaterThan(0);
    const check = (...args: string[]) =>
      execFileSync(tsc, [...options, '--skipLibCheck', '--ignoreConfig', '--allowImportingTsExtensions', ...args], {
        cwd: packed,
        encoding: 'utf8',
      });
    check(...files);
    const wrong = `import { createClient } from 'millrace/client';\nimport { churnModel } from './churn.ts';\n`;
    writeFileSync(
      join(packed, 'wrong.ts'),
      `${wrong}churnModel(createClient({ baseUrl: '' })).predict([{ age: 'old' }]);\n`,
    );
    expect(() => check('wrong.ts')).toThrow();
  }, 60_000);

  it('exports a client that loads nothing of an AWS SDK', () => {
    const program = `
      import { createClient } from 'millrace/client';
      const client = createClient({ baseUrl: 'http://127.0.0.1:1', retries: 0, timeoutMs: 500, token: 't' });
      const error = await client.model('churn').metadata().catch((caught) => caught);
      console.log(error.name);`;
    expect(node('--input-type=module', '--eval', program).trim()).toBe('ConnectionError');
    expect([...loads('client/index.ts').packages]).toEqual(['aws4fetch']);
  });

  for (const { name, printed } of examples) {
    it(`prints in ${name} of docs/stats.md what the page says`, () => {
      expect(printed.length).toBeGreaterThan(0);
      expect(node(name).trimEnd().split('\n')).toEqual(printed);
    });
  }
});
