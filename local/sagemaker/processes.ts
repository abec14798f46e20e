import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface ExitResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set if the process could not be started at all. */
  readonly spawnError?: string;
}

export interface StartOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
  /** Receives stdout and stderr. */
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
}

const TAIL_LINES = 12;
/** How long output may trail the end of its process, if a grandchild keeps the pipe open. */
const DRAIN_MS = 1_000;

/**
 * A supervised container process. It leads a process group of its own, and its standard input is a pipe that nobody
 * writes to: a container program ends itself when the pipe closes, so nothing outlives the platform.
 */
export class ContainerProcess {
  readonly exited: Promise<ExitResult>;
  readonly #child: ChildProcess;
  readonly #tail: string[] = [];
  #running = true;

  constructor(options: StartOptions) {
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = createWriteStream(options.logFile, { flags: 'a' });
    log.on('error', () => {});
    const [command = '', ...args] = options.argv;
    this.#child = spawn(command, args, { cwd: options.cwd, env: options.env, detached: true, stdio: 'pipe' });
    this.#child.stdin?.on('error', () => {});
    const take = (line: string): void => {
      log.write(`${line}\n`);
      this.#tail.push(line);
      if (this.#tail.length > TAIL_LINES) this.#tail.shift();
      options.onLine?.(line);
    };
    const drained = Promise.all([readLines(this.#child.stdout, take), readLines(this.#child.stderr, take)]);
    this.exited = new Promise<ExitResult>((resolve) => {
      this.#child.once('error', (error) => resolve({ code: null, signal: null, spawnError: error.message }));
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    }).then(async (result) => {
      this.#running = false;
      await Promise.race([drained, delay(DRAIN_MS)]);
      log.end();
      return result;
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** The last lines of output, for failure reasons. */
  get tail(): string {
    return this.#tail.join('\n');
  }

  /** SIGTERM to the whole group, SIGKILL after the grace. */
  async terminate(graceMs: number): Promise<ExitResult> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
      this.#signal('SIGKILL');
    }
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // the group is gone already
    }
  }
}

async function readLines(stream: Readable | null, take: (line: string) => void): Promise<void> {
  if (!stream) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) take(line);
}

export const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** The result of work that cannot be cancelled, unless the signal comes first. */
export function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });
}

/** Why a process that should have succeeded did not, in one sentence with its last lines. */
export function describeExit(result: ExitResult, tail: string): string {
  const how = result.spawnError
    ? `could not be started: ${result.spawnError}`
    : result.signal
      ? `was ended by ${result.signal}`
      : `exited with code ${result.code}`;
  return tail
    ? `the container process ${how}; last output: ${tail}`
    : `the container process ${how} without any output`;
}

/** At most `size` holders at a time, first come first served. */
export class Slots {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** @returns a function that gives the slot back, or undefined if the signal aborts the wait */
  async acquire(signal?: AbortSignal): Promise<(() => void) | undefined> {
    if (signal?.aborted) return undefined;
    if (this.#free > 0) this.#free--;
    else if (!(await this.#wait(signal))) return undefined;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }

  #wait(signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const grant = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        const index = this.#waiting.indexOf(grant);
        if (index >= 0) this.#waiting.splice(index, 1);
        resolve(false);
      };
      this.#waiting.push(grant);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }
}

/** A port of the loopback interface that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
