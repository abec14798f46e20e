/** Compiles the command line into dist/, where it runs from when Millrace is installed as a dependency: npm run build */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
// Python programs and lock files are read from beside the code that uses them
cpSync(join(root, 'local'), join(dist, 'local'), {
  recursive: true,
  filter: (file) => !file.endsWith('__pycache__') && (statSync(file).isDirectory() || !file.endsWith('.ts')),
});
