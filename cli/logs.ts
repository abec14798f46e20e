import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from '../local/state.ts';
import { type Command, EXIT_OK, UsageError } from './command.ts';

const DEFAULT_LINES = '30';
const FOLLOW_POLL_MS = 300;

function lastLines(path: string, count: number): string[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.slice(Math.max(0, lines.length - count));
}

/** Prints what is appended, until the process is ended. */
async function follow(paths: readonly string[], write: (text: string) => void): Promise<never> {
  const positions = new Map(paths.map((path) => [path, statSync(path).size]));
  for (;;) {
    await sleep(FOLLOW_POLL_MS);
    for (const [path, position] of positions) {
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > position) write(readRange(path, position, size));
      positions.set(path, size);
    }
  }
}

function readRange(path: string, from: number, to: number): string {
  const buffer = Buffer.alloc(to - from);
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, from));
  } finally {
    closeSync(file);
  }
}

export const logs: Command = {
  name: 'logs',
  summary: 'Show the logs of the local platform',
  usage: 'logs [supervisor|ministack|sagemaker|deploy] [--lines <lines>] [--follow]',
  details:
    'Lambda functions and state machines write to CloudWatch Logs. These are their log groups, and what is in one:\n' +
    "  millrace aws logs describe-log-groups --query 'logGroups[].[logGroupName]' --output text\n" +
    "  millrace aws logs filter-log-events --log-group-name <group> --query 'events[].[message]' --output text",
  options: { lines: { type: 'string', short: 'n', default: DEFAULT_LINES }, follow: { type: 'boolean', short: 'f' } },
  arguments: { min: 0, max: 1 },
  run: async ({ dir, options, positionals, print, io }) => {
    const count = Number(options.lines);
    if (!Number.isInteger(count) || count < 0) throw new UsageError(`--lines must be 0 or more, got ${options.lines}`);
    const folder = stateFolder(dir).logs;
    const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.log')) : [];
    const [wanted] = positionals;
    const chosen = names.filter((file) => wanted === undefined || basename(file, '.log') === wanted);
    if (wanted !== undefined && chosen.length === 0) {
      const known = names.map((file) => basename(file, '.log')).join(', ') || 'none yet';
      throw new UsageError(`there is no log ${wanted}; there is: ${known}`);
    }
    const tails = chosen.map((file) => ({ name: basename(file, '.log'), lines: lastLines(join(folder, file), count) }));
    const title = (name: string) => (tails.length > 1 ? [`==> ${name} <==`] : []);
    print(
      Object.fromEntries(tails.map(({ name, lines }) => [name, lines])),
      tails.flatMap(({ name, lines }) => [...title(name), ...lines]).join('\n'),
    );
    if (options.follow === true)
      await follow(
        chosen.map((file) => join(folder, file)),
        io.stdout,
      );
    return EXIT_OK;
  },
};
