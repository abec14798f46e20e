import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** As DuckDB's npm packages are named: `linux-arm64`, `darwin-arm64` … */
export type DuckDbPlatform = `${string}-${'arm64' | 'x64'}`;

export const hostPlatform = (): DuckDbPlatform => `${process.platform}-${process.arch}` as DuckDbPlatform;

const requireFromHere = createRequire(import.meta.url);

/** JavaScript that DuckDB needs at run time beside the native library. */
const PACKAGES = ['@duckdb/node-api', '@duckdb/node-bindings'] as const;

/** Puts DuckDB into `folder/node_modules`, with the native library of `platform`. */
export function copyDuckDb(platform: DuckDbPlatform, folder: string): void {
  const copy = (source: string, name: string) =>
    cpSync(source, join(folder, 'node_modules', name), { recursive: true, dereference: true });
  for (const name of PACKAGES) copy(packageFolder(name), name);
  const fromBindings = createRequire(join(packageFolder('@duckdb/node-bindings'), 'package.json'));
  copy(dirname(fromBindings.resolve('detect-libc/package.json')), 'detect-libc');
  const native = `@duckdb/node-bindings-${platform}`;
  copy(nativeFolder(native), native);
}

function packageFolder(name: string): string {
  return dirname(requireFromHere.resolve(`${name}/package.json`));
}

function nativeFolder(name: string): string {
  try {
    return packageFolder(name);
  } catch {
    const bindings = JSON.parse(readFileSync(requireFromHere.resolve('@duckdb/node-bindings/package.json'), 'utf8'));
    return fetchPackage(name, bindings.version, { expected: lockedIntegrity(name) });
  }
}

/** npm installs only the host's native library; the one for AWS comes from the registry, once. */
export interface FetchOptions {
  /** `sha512-…` as in package-lock.json. @default npm's own check against the registry's record is relied on */
  readonly expected?: string | undefined;
  readonly cache?: string;
  /** Puts the package's tarball into `folder`. @default npm pack */
  readonly download?: (specifier: string, folder: string) => void;
}

/** @returns the unpacked package's folder in the user's cache. @throws Error in one sentence */
export function fetchPackage(name: string, version: string, options: FetchOptions = {}): string {
  const cache = options.cache ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'millrace', 'natives');
  const folder = join(cache, `${name.replace('/', '+')}@${version}`);
  if (existsSync(join(folder, 'package.json'))) return folder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    (options.download ?? npmPack)(`${name}@${version}`, work);
    const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
    if (!tarball) throw new Error('npm pack left no file');
    verify(join(work, tarball), options.expected);
    execFileSync('tar', ['-xzf', tarball], { cwd: work, stdio: 'pipe' });
    // a rename is whole or not at all, so a synthesis beside this one never sees half a package
    if (!existsSync(folder)) renameSync(join(work, 'package'), folder);
    return folder;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Error(
      `${name}@${version}, the DuckDB library of the functions' processor architecture, could not be fetched from the npm registry (${reason}): check the registry, or deploy for this machine's architecture with -c architecture=${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`,
      { cause: error },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function npmPack(specifier: string, folder: string): void {
  const npm = spawnSync(
    'npm',
    ['pack', specifier, '--loglevel=error', '--ignore-scripts', '--pack-destination', folder],
    {
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  if (npm.error) throw npm.error;
  if (npm.status === 0) return;
  const said = npm.stderr.split('\n').find((line) => line.includes('npm error')) ?? `npm pack ended with ${npm.status}`;
  throw new Error(said.replace('npm error ', ''));
}

function verify(file: string, expected: string | undefined): void {
  if (expected === undefined) return;
  const actual = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (actual !== expected) throw new Error(`its digest is ${actual}, package-lock.json says ${expected}`);
}

/** A published package has no lock file; there npm's check is the only one. */
function lockedIntegrity(name: string): string | undefined {
  const lock = join(import.meta.dirname, '..', 'package-lock.json');
  if (!existsSync(lock)) return undefined;
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, { integrity?: string }> };
  return packages[`node_modules/${name}`]?.integrity;
}
