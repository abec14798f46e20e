/** Compiles what an installed Millrace runs, the command line and the construct, into dist/: npm run build */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

/** What running leaves in the folders, and the data that examples prepare. */
const LEFT_OUT = /[\\/](__pycache__|node_modules|examples[\\/]\w+[\\/]data)$/;

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
// Python programs, lock files, specs, pages and the schema are read from beside the code that uses them
for (const room of ['local', 'examples', 'console', 'schema']) {
  if (!existsSync(join(root, room))) continue;
  cpSync(join(root, room), join(dist, room), {
    recursive: true,
    filter: (file) => !LEFT_OUT.test(file) && (statSync(file).isDirectory() || !file.endsWith('.ts')),
  });
}
