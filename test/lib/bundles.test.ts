import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleAll } from '../../lib/bundles.ts';
import { copyDuckDb, fetchPackage, hostPlatform } from '../../lib/duckdb-natives.ts';
import { bundleSplit } from '../../lib/split-bundle.ts';

const root = mkdtempSync(join(tmpdir(), 'millrace-bundles-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function aFunction(name: string, source: string): string {
  const folder = join(root, 'lambdas', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.ts'), source);
  return join(root, 'lambdas');
}

async function load(bundle: string | undefined): Promise<{ handler: () => unknown }> {
  const file = join(root, `${createHash('sha256').update(String(bundle)).digest('hex')}.mjs`);
  writeFileSync(file, String(bundle));
  return import(pathToFileURL(file).href);
}

describe('a bundle', () => {
  it('is one minified ES module that exports the handler', async () => {
    aFunction('shared', 'export const twice = (longName: number): number => longName * 2;');
    const sources = aFunction(
      'hello',
      `import { twice } from '../shared/index.ts';\nexport const handler = async (): Promise<number> => twice(21);\n`,
    );
    const bundle = bundleAll(['hello'], sources).get('hello');
    expect(bundle).not.toContain('longName');
    expect(bundle).not.toContain('sourceMappingURL');
    expect(await (await load(bundle)).handler()).toBe(42);
  });

  it('gets a `require` only if CommonJS in it asks for one', async () => {
    writeFileSync(join(root, 'old.cjs'), "const name = 'node:os'; module.exports = require(name).EOL.length;");
    writeFileSync(join(root, 'static.cjs'), "module.exports = require('node:os').EOL.length;");
    aFunction('plain', 'export const handler = () => 1;');
    const sources = aFunction(
      'mixed',
      `import length from '../../static.cjs';\nexport const handler = () => length;\n`,
    );
    const bundles = bundleAll(['plain', 'mixed'], sources);
    expect(bundles.get('plain')).not.toContain('createRequire');
    expect(bundles.get('mixed')).toContain('createRequire');
    expect((await load(bundles.get('mixed'))).handler()).toBe(1);
  });

  it('leaves DuckDB outside, where its native library lies', () => {
    const sources = aFunction(
      'rows',
      "import { DuckDBInstance } from '@duckdb/node-api';\nexport const handler = () => DuckDBInstance;",
    );
    expect(bundleAll(['rows'], sources).get('rows')).toMatch(/from\s*"@duckdb\/node-api"/);
  });

  it('is the same each time', () => {
    const sources = join(root, 'lambdas');
    expect(bundleAll(['hello', 'rows'], sources)).toEqual(bundleAll(['rows', 'hello'], sources));
  });

  it('of a function that is not there fails, by name', () => {
    expect(() => bundleAll(['hello', 'nobody'], join(root, 'lambdas'))).toThrow('no entry for nobody: expected');
  });
});

describe('a bundle in parts', () => {
  const write = (text: string) => {
    aFunction('rare', "export const rare = () => 'asked for'; export const common = 20;");
    aFunction('shared', 'export const twice = (n: number): number => n * 2;');
    return aFunction('split', text);
  };

  it('loads what is imported on demand when it is asked for, and not before', async () => {
    const sources = write(
      `import { twice } from '../shared/index.ts';
       export const handler = async (rarely: boolean) => rarely ? (await import('../rare/index.ts')).rare() : twice(21);`,
    );
    const { files, atStart } = bundleSplit(join(sources, 'split', 'index.ts'));
    const texts = (names: readonly string[]) => names.map((name) => files.get(name)).join('\n');
    expect(files.size).toBeGreaterThan(atStart.length);
    expect(texts(atStart)).not.toContain('asked for');
    expect(texts([...files.keys()].filter((name) => !atStart.includes(name)))).toContain('asked for');
    const folder = mkdtempSync(join(root, 'split-'));
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href);
    expect([await handler(false), await handler(true)]).toEqual([42, 'asked for']);
  });

  it('has every module once: what the entry and its parts share is one thing, and it may change', async () => {
    const sources = write(
      `import { bump, Fault } from '../shared/index.ts';
       export const handler = async () => {
         const before = bump();
         const { more, fault } = await import('./more.ts');
         const { later } = await import('./later.ts');
         return [before, more(), later(), bump(), fault instanceof Fault];
       };`,
    );
    aFunction(
      'shared',
      'let n = 0; export const bump = (): number => ++n; export class Fault extends Error {}; export { n };',
    );
    const part = (name: string, text: string) => writeFileSync(join(sources, 'split', `${name}.ts`), text);
    part(
      'more',
      "import { bump, Fault } from '../shared/index.ts'; export const more = () => bump(); export const fault = new Fault();",
    );
    part('later', "import { bump, n } from '../shared/index.ts'; export const later = () => [n, bump(), n].join(' ');");
    const { files, atStart } = bundleSplit(join(sources, 'split', 'index.ts'));
    expect(atStart).toEqual(['index.mjs', 'start.mjs']);
    const folder = mkdtempSync(join(root, 'split-'));
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href);
    expect(await handler()).toEqual([1, 2, '2 3 3', 4, true]);
  });

  it('with CommonJS in it that asks for `require` is refused', () => {
    writeFileSync(join(root, 'asks.cjs'), "const name = 'node:os'; module.exports = require(name).EOL.length;");
    const sources = write("import length from '../../asks.cjs';\nexport const handler = () => length;");
    expect(() => bundleSplit(join(sources, 'split', 'index.ts'))).toThrow('asks for `require`');
  });
});

describe('DuckDB in an asset', () => {
  it('opens a database from there', () => {
    const folder = join(root, 'asset');
    mkdirSync(folder);
    copyDuckDb(hostPlatform(), folder);
    writeFileSync(
      join(folder, 'query.mjs'),
      `import { DuckDBInstance } from '@duckdb/node-api';
       const connection = await (await DuckDBInstance.create(':memory:')).connect();
       console.log((await connection.runAndReadAll('select 41 + 1 as n')).getRows()[0][0], import.meta.resolve('@duckdb/node-api'));`,
    );
    const printed = execFileSync(process.execPath, ['query.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(printed).toMatch(/^42 .*\/asset\/node_modules\/@duckdb\//);
  });
});

describe('a native library of another processor', () => {
  const NAME = '@duckdb/node-bindings-test-x64';
  /** Stands for the registry: packs a package the way npm does. */
  const pack = (_: string, folder: string): void => {
    mkdirSync(join(folder, 'package'));
    writeFileSync(join(folder, 'package', 'package.json'), '{}');
    writeFileSync(join(folder, 'package', 'duckdb.node'), 'native');
    execFileSync('tar', ['-czf', 'it.tgz', 'package'], { cwd: folder });
    rmSync(join(folder, 'package'), { recursive: true });
  };
  const never = () => {
    throw new Error('the registry was asked');
  };

  it('is fetched once', () => {
    const cache = join(root, 'cache-once');
    const folder = fetchPackage(NAME, '1.0.0', { cache, download: pack });
    expect(readFileSync(join(folder, 'duckdb.node'), 'utf8')).toBe('native');
    expect(fetchPackage(NAME, '1.0.0', { cache, download: never })).toBe(folder);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('is taken only with the digest that the lock file has', () => {
    const cache = join(root, 'cache-digest');
    const options = { cache, download: pack, expected: 'sha512-AAAA' };
    expect(() => fetchPackage(NAME, '1.0.0', options)).toThrow('package-lock.json says sha512-AAAA');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('that cannot be fetched fails in one sentence that says what to do, and leaves nothing behind', () => {
    const cache = join(root, 'cache-offline');
    expect(() => fetchPackage(NAME, '1.0.0', { cache, download: never })).toThrow(
      /^@duckdb\/node-bindings-test-x64@1\.0\.0, .* \(the registry was asked\): check the registry, or .*-c architecture=/,
    );
    expect(existsSync(cache) && readdirSync(cache)).toEqual([]);
  });
});
