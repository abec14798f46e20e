/**
 * Resolves each `*.in` of this folder into its `*.lock`: exact versions with the SHA-256 of every file of the release,
 * for Python 3.10 and later on all platforms. Run it by hand after changing an `*.in`: node local/requirements/lock.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython } from '../python-finder.ts';

const UV = 'uv==0.13.9';
const OLDEST_PYTHON = '3.10';

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

const scratch = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
try {
  const python = await findPython();
  run(python.executable, ['-m', 'venv', scratch]);
  run(join(scratch, 'bin', 'pip'), ['install', '--quiet', UV]);
  for (const input of readdirSync(import.meta.dirname).filter((file) => file.endsWith('.in'))) {
    const lock = input.replace(/\.in$/, '.lock');
    const resolved = join(scratch, lock);
    run(join(scratch, 'bin', 'uv'), [
      ...['pip', 'compile', '--quiet', '--universal', '--python-version', OLDEST_PYTHON],
      ...['--fork-strategy', 'requires-python', '--only-binary', ':all:', '--generate-hashes'],
      ...['--no-annotate', '--no-header', '--no-config', '--no-emit-index-url', '--output-file', resolved, input],
    ]);
    const header = `# Written by lock.ts from ${input}.\n`;
    writeFileSync(join(import.meta.dirname, lock), header + readFileSync(resolved, 'utf8'));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
