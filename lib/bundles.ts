import { existsSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName } from './function-names.ts';

/** The Lambdas lie beside this folder, as sources in the repository and compiled in the published package. */
const EXTENSION = extname(import.meta.filename);
export const bundleSources = (): string => join(import.meta.dirname, '..', 'lambdas');

// bundled CommonJS asks for `require`, which an ES module does not have
const REQUIRE_BANNER = `import{createRequire as millraceRequire}from'node:module';const require=millraceRequire(import.meta.url);\n`;
const NEEDS_REQUIRE = 'Dynamic require of "';

const OPTIONS = {
  outdir: '/',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  external: ['@duckdb/*'],
  legalComments: 'none',
  logLevel: 'error',
} as const satisfies BuildOptions;

/** Functions of which rare work is loaded when it is first asked for: what they import() lies in files of its own. */
const SPLIT_FUNCTIONS: readonly FunctionName[] = ['infer'];

let bundles: ReadonlyMap<string, string> | undefined;

/** Writes one function's bundle, ES modules, into `folder`; `file` is the entry. The first call bundles all of one file at once. */
export function writeBundle(name: FunctionName, folder: string, file: string): void {
  if (SPLIT_FUNCTIONS.includes(name)) {
    for (const [part, text] of bundleSplit(name).files) writeFileSync(join(folder, part), text);
    return;
  }
  bundles ??= bundleAll(FUNCTION_NAMES.filter((each) => !SPLIT_FUNCTIONS.includes(each)));
  writeFileSync(join(folder, file), bundles.get(name) ?? '');
}

export interface SplitBundle {
  /** By name; `index.mjs` is the entry. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of the files that a cold start loads: the entry and what it imports before anything is asked of it. */
  readonly atStart: readonly string[];
}

/** Bundles one function with a file for each part that it imports when it is needed. */
export function bundleSplit(name: string, sources = bundleSources()): SplitBundle {
  const { outputFiles, metafile } = buildSync({
    ...OPTIONS,
    entryPoints: { index: join(sources, name, `index${EXTENSION}`) },
    absWorkingDir: join(sources, '..'),
    splitting: true,
    metafile: true,
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const unsuited = [...files].find(([, text]) => text.includes(NEEDS_REQUIRE));
  if (unsuited) throw new Error(`${name} bundles CommonJS that asks for \`require\`, in ${unsuited[0]}`);
  const imports = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [
      basename(path),
      output.imports.filter(({ kind }) => kind === 'import-statement').map((each) => basename(each.path)),
    ]),
  );
  const atStart = new Set(['index.mjs']);
  for (const file of atStart) for (const each of imports.get(file) ?? []) if (files.has(each)) atStart.add(each);
  return { files, atStart: [...atStart] };
}

/** One run for all functions, so that what they share is read and parsed once. @throws Error naming a missing entry */
export function bundleAll(names: readonly string[], sources = bundleSources()): ReadonlyMap<string, string> {
  const entries = names.map((name) => ({ name, path: join(sources, name, `index${EXTENSION}`) }));
  const missing = entries.filter(({ path }) => !existsSync(path));
  if (missing.length > 0) {
    throw new Error(`no entry for ${missing.map(({ name }) => name).join(', ')}: expected ${missing[0]?.path}`);
  }
  const { outputFiles } = buildSync({
    ...OPTIONS,
    entryPoints: Object.fromEntries(entries.map(({ name, path }) => [name, path])),
    absWorkingDir: join(sources, '..'),
    write: false,
  });
  return new Map(
    entries.map(({ name }) => {
      const text = outputFiles.find(({ path }) => path.endsWith(`${name}.mjs`))?.text ?? '';
      return [name, text.includes(NEEDS_REQUIRE) ? REQUIRE_BANNER + text : text];
    }),
  );
}
