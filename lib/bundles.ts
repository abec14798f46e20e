import { existsSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName } from './function-names.ts';

/** The Lambdas lie beside this folder, as sources in the repository and compiled in the published package. */
const EXTENSION = extname(import.meta.filename);
export const bundleSources = (): string => join(import.meta.dirname, '..', 'lambdas');

// bundled CommonJS asks for `require`, which an ES module does not have
const REQUIRE_BANNER = `import{createRequire as millraceRequire}from'node:module';const require=millraceRequire(import.meta.url);\n`;
const NEEDS_REQUIRE = 'Dynamic require of "';

let bundles: ReadonlyMap<string, string> | undefined;

/** Writes one function's bundle, an ES module, into `folder`. The first call bundles all of them at once. */
export function writeBundle(name: FunctionName, folder: string, file: string): void {
  bundles ??= bundleAll(FUNCTION_NAMES);
  writeFileSync(join(folder, file), bundles.get(name) ?? '');
}

/** One run for all functions, so that what they share is read and parsed once. @throws Error naming a missing entry */
export function bundleAll(names: readonly string[], sources = bundleSources()): ReadonlyMap<string, string> {
  const entries = names.map((name) => ({ name, path: join(sources, name, `index${EXTENSION}`) }));
  const missing = entries.filter(({ path }) => !existsSync(path));
  if (missing.length > 0) {
    throw new Error(`no entry for ${missing.map(({ name }) => name).join(', ')}: expected ${missing[0]?.path}`);
  }
  const { outputFiles } = buildSync({
    entryPoints: Object.fromEntries(entries.map(({ name, path }) => [name, path])),
    absWorkingDir: join(sources, '..'),
    outdir: '/',
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['@duckdb/*'],
    legalComments: 'none',
    logLevel: 'error',
  });
  return new Map(
    entries.map(({ name }) => {
      const text = outputFiles.find(({ path }) => path.endsWith(`${name}.mjs`))?.text ?? '';
      return [name, text.includes(NEEDS_REQUIRE) ? REQUIRE_BANNER + text : text];
    }),
  );
}
