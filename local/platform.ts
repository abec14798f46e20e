import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './deploy.ts';
import { LocalPlatformError, LocalSetupError } from './errors.ts';
import { isAlive } from './file-lock.ts';
import { DEFAULT_PORT, isFree } from './ports.ts';
import { ensurePython } from './python.ts';
import { readJson, readSupervisor, type SupervisorRecord, stateFolder } from './state.ts';
import type { SupervisorArguments, SupervisorMessage } from './supervisor.ts';

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';

const STOP_TIMEOUT_MS = 90_000;
const STOP_POLL_MS = 50;
const START_AFRESH = 'run millrace down --purge and then millrace up --port';
const LARGEST_OLD_LOG_BYTES = 20_000_000;

export interface Health {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly ministack: 'up' | 'down';
  readonly sagemaker: 'up' | 'down';
}

/** What the front door at `port` says; undefined if nothing of ours answers there. */
export async function askHealth(port: number): Promise<Health | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/_millrace/health`, { signal: AbortSignal.timeout(3000) });
    return answer.ok ? ((await answer.json()) as Health) : undefined;
  } catch {
    return undefined;
  }
}

/** The supervisor of this project, if it really runs: its file may be left over from a crash, its pid and port reused. */
export async function findSupervisor(dir: string): Promise<{ record: SupervisorRecord; health: Health } | undefined> {
  const record = readSupervisor(dir);
  if (!record) return undefined;
  const health = await askHealth(record.port);
  return health?.id === record.id ? { record, health } : undefined;
}

/** A hash of this folder: a running supervisor with another value is not the one this checkout would start. */
export function fingerprint(): string {
  const hash = createHash('sha256');
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|js|py|lock)$/.test(file))
    .sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(import.meta.dirname, file)));
  return hash.digest('hex').slice(0, 16);
}

export interface StartOptions {
  readonly dir: string;
  /** @default the port used last, or else 4566 */
  readonly port?: number;
  readonly progress?: (line: string) => void;
}

/**
 * Starts the supervisor in the background unless it runs already, and waits until everything answers.
 *
 * @throws LocalSetupError if this machine lacks something, LocalPlatformError if a part did not start
 */
export async function startPlatform(options: StartOptions): Promise<{ record: SupervisorRecord; wasUp: boolean }> {
  const { dir, progress = () => {} } = options;
  const running = await findSupervisor(dir);
  const deployedPort = Number(new URL(readJson<Deployment>(stateFolder(dir).deployed)?.endpoint ?? 'http://none').port);
  // the URLs of queues and APIs in the deployed stack name the port
  if (options.port !== undefined && deployedPort && options.port !== deployedPort) {
    throw new LocalSetupError(
      `the app is deployed on port ${deployedPort}: ${START_AFRESH} to move it to port ${options.port}`,
    );
  }
  if (running) {
    if (running.record.fingerprint === fingerprint()) return { record: running.record, wasUp: true };
    progress('the running platform is of another version: restarting it');
  }
  const lastPort = readSupervisor(dir)?.port;
  await stopPlatform(dir);
  if (deployedPort && !(await isFree(deployedPort))) {
    throw new LocalSetupError(
      `the app is deployed on port ${deployedPort}, which is taken by something else: free it, or ${START_AFRESH} to move to another port`,
    );
  }
  const python = await ensurePython('platform', progress);
  const port = options.port ?? (deployedPort || (lastPort ?? DEFAULT_PORT));
  const supervisorArguments: SupervisorArguments = {
    ...{ dir, port, python },
    ...{ fingerprint: fingerprint(), region: REGION, accountId: ACCOUNT_ID },
  };
  const record = await spawnSupervisor(supervisorArguments, progress);
  if (record.port !== port) progress(`port ${port} is taken by something else: the platform is on port ${record.port}`);
  return { record, wasUp: false };
}

function spawnSupervisor(
  supervisorArguments: SupervisorArguments,
  progress: (line: string) => void,
): Promise<SupervisorRecord> {
  const { logs } = stateFolder(supervisorArguments.dir);
  mkdirSync(logs, { recursive: true });
  for (const name of ['supervisor.log', 'ministack.log', 'sagemaker.log']) setAside(join(logs, name));
  const logFd = openSync(join(logs, 'supervisor.log'), 'a');
  const file = join(import.meta.dirname, `supervisor${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [file, '--arguments', JSON.stringify(supervisorArguments)], {
    cwd: supervisorArguments.dir,
    detached: true,
    // no credentials or profile of the user: nothing started here may reach the real AWS
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
    stdio: ['ignore', logFd, logFd, 'ipc'],
  });
  closeSync(logFd);
  return new Promise((resolve, reject) => {
    const leave = () => {
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      child.unref();
    };
    child.on('message', (message: SupervisorMessage) => {
      if ('progress' in message) progress(message.progress);
      if ('error' in message) reject(new LocalPlatformError(message.error));
      if ('ready' in message) {
        leave();
        resolve(message.ready);
      }
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new LocalPlatformError(`the supervisor ended with ${code}; see millrace logs supervisor`)),
    );
  });
}

/** Keeps one previous log and no more. */
function setAside(path: string): void {
  if (existsSync(path) && statSync(path).size > LARGEST_OLD_LOG_BYTES) renameSync(path, `${path}.1`);
}

/** Ends the supervisor and all it started. @returns whether there was anything to end */
export async function stopPlatform(dir: string): Promise<boolean> {
  const record = readSupervisor(dir);
  const running = await findSupervisor(dir);
  if (running) {
    process.kill(running.record.pid, 'SIGTERM');
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (isAlive(running.record.pid)) {
      if (Date.now() > deadline) {
        process.kill(running.record.pid, 'SIGKILL');
        throw new LocalPlatformError(
          `the platform did not stop within ${STOP_TIMEOUT_MS / 1000} s and was killed; see millrace logs supervisor`,
        );
      }
      await sleep(STOP_POLL_MS);
    }
  }
  if (record) rmSync(stateFolder(dir).supervisor, { force: true });
  return running !== undefined;
}
