import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** What one run took. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system time of the whole process, all of its threads. */
  readonly cpuSeconds: number;
  /** Most memory the process ever held, what it loaded before the run included. */
  readonly peakMb: number;
}

export interface Measured<T> extends Cost {
  readonly result: T;
}

/** Measures a run in this process, which should be the only one in its life. */
export async function measured<T>(run: () => Promise<T>): Promise<Measured<T>> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  const wallSeconds = (performance.now() - wall) / 1_000;
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, peakMb: (await peakKilobytes()) / 1_024, result };
}

/** Linux counts what the parent had at the fork into maxRSS, but not into VmHWM. */
async function peakKilobytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const [, peak] = /VmHWM:\s*(\d+) kB/.exec(status) ?? [];
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
}

export interface ChildOptions {
  /** Goes to the child as JSON by standard input. */
  readonly input?: unknown;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a process to its end. @returns what the last line of its output says, as JSON @throws Error if it fails */
export async function inChild<T>(
  command: string,
  args: readonly string[],
  { input, env = process.env, cwd = process.cwd() }: ChildOptions = {},
): Promise<T> {
  const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  // a child that ends without reading says why itself
  child.stdin.on('error', () => {}).end(input === undefined ? '' : JSON.stringify(input));
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}:\n${errors}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as T;
}

/** The run with the least CPU time; of memory the most of all runs, as a limit must hold in each. */
export async function best<T>(repeat: number, run: () => Promise<Measured<T>>): Promise<Measured<T>> {
  const runs: Measured<T>[] = [];
  for (let round = 0; round < Math.max(1, repeat); round++) runs.push(await run());
  const [least] = runs.toSorted((a, b) => a.cpuSeconds - b.cpuSeconds) as [Measured<T>];
  return { ...least, peakMb: Math.max(...runs.map(({ peakMb }) => peakMb)) };
}

/** @param share 0.5 for the median */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}
