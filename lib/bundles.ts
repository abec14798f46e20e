import { existsSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName } from './function-names.ts';
import { BUNDLE_OPTIONS, bundleSplit, NEEDS_REQUIRE } from './split-bundle.ts';

/** The Lambdas lie beside this folder, as sources in the repository and compiled in the published package. */
const EXTENSION = extname(import.meta.filename);
export const bundleSources = (): string => join(import.meta.dirname, '..', 'lambdas');

// bundled CommonJS asks for `require`, which an ES module does not have
const REQUIRE_BANNER = `import{createRequire as millraceRequire}from'node:module';const require=millraceRequire(import.meta.url);\n`;

/** Functions of which rare work is loaded when it is first asked for: what they import() lies in files of its own. */
const SPLIT_FUNCTIONS: readonly FunctionName[] = ['infer'];

let bundles: ReadonlyMap<string, string> | undefined;

/** Writes one function's bundle, ES modules, into `folder`; `file` is the entry. The first call bundles all of one file at once. */
export function writeBundle(name: FunctionName, folder: string, file: string): void {
  if (SPLIT_FUNCTIONS.includes(name)) {
    for (const [part, text] of bundleSplit(join(bundleSources(), name, `index${EXTENSION}`)).files)
      writeFileSync(join(folder, part), text);
    return;
  }
  bundles ??= bundleAll(FUNCTION_NAMES.filter((each) => !SPLIT_FUNCTIONS.includes(each)));
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
    ...BUNDLE_OPTIONS,
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
