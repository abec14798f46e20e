import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

export const BUNDLE_OPTIONS = {
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

/** What esbuild leaves where CommonJS asks for a module in a way that it cannot follow. */
export const NEEDS_REQUIRE = 'Dynamic require of "';

export interface SplitBundle {
  /** By name; `index.mjs` is the entry. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of the files that a cold start loads, before anything is asked of the function. */
  readonly atStart: readonly string[];
}

const ENTRY = 'index.mjs';
/** All that a cold start loads, but for the entry. */
const START = 'start.mjs';

/**
 * Bundles one function with a file for each part that it `import()`s when it is needed. esbuild spreads what entry and parts
 * share over many small files, and each costs a cold start a read: they become one, and in their places stand lines that take
 * from it what parts ask for, so that every module still is there once.
 *
 * @param source path of the entry
 * @throws Error for CommonJS that asks for `require`
 */
export function bundleSplit(source: string): SplitBundle {
  const { outputFiles, metafile } = buildSync({
    ...BUNDLE_OPTIONS,
    entryPoints: { index: source },
    absWorkingDir: dirname(source),
    splitting: true,
    metafile: true,
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const unsuited = [...files].find(([, text]) => text.includes(NEEDS_REQUIRE));
  if (unsuited) throw new Error(`${source} bundles CommonJS that asks for \`require\`, in ${unsuited[0]}`);
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const loaded = new Set([ENTRY]);
  for (const file of loaded) {
    for (const { kind, path } of outputs.get(file)?.imports ?? []) {
      if (kind === 'import-statement' && files.has(basename(path))) loaded.add(basename(path));
    }
  }
  const shared = [...loaded].filter((file) => file !== ENTRY);
  const exported = shared.flatMap((file, i) =>
    (outputs.get(file)?.exports ?? []).map((name) => ({ file, name, as: `part${i}_${name}` })),
  );
  const start = flatten(
    files,
    [...loaded],
    [
      `export * from './${ENTRY}';`,
      ...exported.map(({ file, name, as }) => `export { ${name} as ${as} } from './${file}';`),
    ],
  );
  for (const file of shared) {
    const names = exported.filter((each) => each.file === file).map(({ name, as }) => `${as} as ${name}`);
    files.set(file, `export{${names.join()}}from"./${START}";\n`);
  }
  files.set(ENTRY, `export{${(outputs.get(ENTRY)?.exports ?? []).join()}}from"./${START}";\n`);
  files.set(START, start);
  return { files, atStart: [ENTRY, START] };
}

/** One module of those in `inlined`, whose exports `lines` choose; it imports the other files as they are. */
function flatten(files: ReadonlyMap<string, string>, inlined: readonly string[], lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
  try {
    for (const file of inlined) writeFileSync(join(folder, file), files.get(file) ?? '');
    const { outputFiles } = buildSync({
      ...BUNDLE_OPTIONS,
      stdin: { contents: lines.join('\n'), resolveDir: folder, sourcefile: START },
      absWorkingDir: folder,
      external: [...files.keys()].filter((file) => !inlined.includes(file)).map((file) => `./${file}`),
      write: false,
    });
    return outputFiles[0]?.text ?? '';
  } finally {
    rmSync(folder, { recursive: true });
  }
}
