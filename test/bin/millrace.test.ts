import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const millrace = (...argv: string[]) => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'bin', 'millrace.mjs'), ...argv], {
    encoding: 'utf8',
  });
  return { status, stdout };
};

describe('the millrace program', () => {
  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(millrace('--version')).toEqual({ status: 0, stdout: `${version}\n` });
  });

  it('hands on the exit code of wrong usage', () => {
    expect(millrace('nonsense')).toEqual({ status: 2, stdout: '' });
  });
});
