import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NotRunningError } from './errors.ts';

/** Where the local platform of one project keeps its things; all of it below `.millrace/`. */
export interface StateFolder {
  readonly root: string;
  readonly supervisor: string;
  readonly local: string;
  readonly deployed: string;
  readonly logs: string;
  readonly ministack: string;
  readonly sagemaker: string;
  readonly assembly: string;
  /** Held while `up` or `down` is at work. */
  readonly lock: string;
}

export function stateFolder(dir: string): StateFolder {
  const root = join(dir, '.millrace');
  return {
    root,
    supervisor: join(root, 'supervisor.json'),
    local: join(root, 'local.json'),
    deployed: join(root, 'deployed.json'),
    logs: join(root, 'logs'),
    ministack: join(root, 'ministack'),
    sagemaker: join(root, 'sagemaker'),
    assembly: join(root, 'cdk.out'),
    lock: join(root, 'lock'),
  };
}

/** The running local platform, as every other part of Millrace finds it: `.millrace/local.json`. */
export interface LocalPlatform {
  /** `http://127.0.0.1:4566`, for every SDK, the AWS CLI and boto3. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  readonly buckets: { readonly landing: string; readonly lake: string; readonly capture: string };
  readonly table: string;
  readonly eventBus: string;
  /** No slash at its end. */
  readonly apiUrl: string;
  readonly consoleUrl?: string;
  /** All outputs of the stack. */
  readonly outputs: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** The supervisor at work: `.millrace/supervisor.json`. */
export interface SupervisorRecord {
  /** Also in the answer of `/_millrace/health`, so that a stale file is recognised whatever runs on its pid and port. */
  readonly id: string;
  readonly pid: number;
  readonly port: number;
  readonly ministackPort: number;
  readonly ministackPid: number;
  readonly sagemakerPort: number;
  /** A hash of the code and the lock files it was started from; with another one it is restarted. */
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Written beside the place and moved there, so that a reader never sees half of it. */
export function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(partial, path);
}

/** The local platform deployed in a project folder; undefined if none is. */
export function readLocal(dir: string): LocalPlatform | undefined {
  return readJson<LocalPlatform>(stateFolder(dir).local);
}

/** @throws NotRunningError if the local platform is not up */
export function requireLocal(dir: string): LocalPlatform {
  const local = readLocal(dir);
  if (!local) throw new NotRunningError(`the local platform is not up in ${dir}: run millrace up`);
  return local;
}

export function readSupervisor(dir: string): SupervisorRecord | undefined {
  return readJson<SupervisorRecord>(stateFolder(dir).supervisor);
}
