import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const root = join(import.meta.dirname, '..');
const packages: Readonly<Record<string, Locked>> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the lock file', () => {
  it('holds every platform of packages with native parts', () => {
    const locked = Object.keys(packages);
    const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter((name) => !locked.some((path) => path.endsWith(`node_modules/${name}`))),
    );
    expect(missing).toEqual([]);
    // and there are some to be missed
    expect(packages['node_modules/@duckdb/node-bindings']?.optionalDependencies).toHaveProperty(
      '@duckdb/node-bindings-linux-arm64',
    );
  });

  it('names no registry', () => {
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved)).toEqual([]);
  });

  it('goes with exact versions', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([]);
  });
});
