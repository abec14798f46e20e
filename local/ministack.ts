import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalPlatformError } from './errors.ts';
import type { StateFolder } from './state.ts';

/** What a stack of Millrace's kind can name; without a list MiniStack starts all of its services, an MQTT listener among them. */
const SERVICES = [
  ...[
    's3',
    'dynamodb',
    'dynamodbstreams',
    'sqs',
    'sns',
    'events',
    'pipes',
    'scheduler',
    'states',
    'lambda',
    'firehose',
  ],
  ...[
    'kinesis',
    'apigateway',
    'cloudformation',
    'iam',
    'sts',
    'kms',
    'ssm',
    'secretsmanager',
    'ecr',
    'logs',
    'monitoring',
  ],
  ...['tagging', 'resource-groups'],
];
const SNAPSHOT_SECONDS = 15;
const START_TIMEOUT_MS = 60_000;
// a large state takes a while to save
const STOP_TIMEOUT_MS = 60_000;
const HEALTH_POLL_MS = 100;

export interface MiniStackOptions {
  /** The interpreter of the `platform` environment. */
  readonly python: string;
  /** Where MiniStack itself listens. */
  readonly port: number;
  /** What MiniStack writes into the URLs it hands out, and what Lambdas call. */
  readonly frontDoorPort: number;
  readonly state: StateFolder;
  /**
   * Where Lambdas are unpacked; MiniStack removes it when it ends. Outside the project, as Node would otherwise find the
   * project's node_modules and package.json from there, and a bundle that lacks a module would run here and not in AWS.
   */
  readonly temporary: string;
  readonly region: string;
  readonly accountId: string;
  /** File descriptor its output goes to. */
  readonly logFd: number;
}

export interface MiniStack {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** The whole environment of MiniStack and so of every Lambda: nothing of the user's shell but what a process needs. */
export function ministackEnvironment(
  options: MiniStackOptions,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const { frontDoorPort, port, state, temporary, region, accountId } = options;
  const kept = ['HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SSL_CERT_FILE'];
  return {
    ...Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    // Lambdas run as processes of the `node` found first
    PATH: [dirname(process.execPath), env.PATH].join(delimiter),
    TMPDIR: temporary,
    PYTHONUNBUFFERED: '1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${frontDoorPort}`,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(frontDoorPort),
    MILLRACE_MINISTACK_PORT: String(port),
    MILLRACE_SNAPSHOT_SECONDS: String(SNAPSHOT_SECONDS),
    MINISTACK_HOST: '127.0.0.1',
    MINISTACK_REGION: region,
    MINISTACK_ACCOUNT_ID: accountId,
    SERVICES: SERVICES.join(','),
    LAMBDA_EXECUTOR: 'local',
    LAMBDA_WARM_TTL_SECONDS: '3600',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    PERSIST_STATE: '1',
    STATE_DIR: join(state.ministack, 'state'),
    S3_PERSIST: '1',
    S3_DATA_DIR: join(state.ministack, 's3'),
    LOG_LEVEL: 'INFO',
  };
}

/** Starts MiniStack and waits until it answers. @throws LocalPlatformError if it ends first or takes too long */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  mkdirSync(options.state.ministack, { recursive: true });
  const child = spawn(options.python, [join(import.meta.dirname, 'ministack', 'run.py')], {
    cwd: options.state.ministack,
    env: ministackEnvironment(options),
    // the open pipe is what keeps it running: it ends when this process does
    stdio: ['pipe', options.logFd, options.logFd],
    // a process group of its own, so that its Lambda processes can be ended with it
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin?.on('error', () => {});
  const stop = async () => {
    await stopGroup(child, exited);
    // a MiniStack that was killed could not remove it
    rmSync(options.temporary, { recursive: true, force: true });
  };
  try {
    await waitForHealth(options.port, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, exited, stop };
}

async function waitForHealth(port: number, exited: Promise<void>): Promise<void> {
  let ended = false;
  exited.then(() => {
    ended = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (ended) throw new LocalPlatformError('MiniStack ended while starting; see millrace logs ministack');
    if (await isHealthy(port)) return;
    await sleep(HEALTH_POLL_MS);
  }
  throw new LocalPlatformError(
    `MiniStack did not answer within ${START_TIMEOUT_MS / 1000} s; see millrace logs ministack`,
  );
}

export async function isHealthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/_ministack/health`, { signal: AbortSignal.timeout(2000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Closes its standard input, which makes it save its state and end; whatever is left of its group is then killed. */
async function stopGroup(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end();
  await Promise.race([exited, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // the group is empty
  }
  await exited;
}
