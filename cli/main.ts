import { parseArgs } from 'node:util';
import { nearest } from '../domain/nearest.ts';
import {
  type Command,
  type CommandContext,
  type CommandEntry,
  EXIT_FAILED,
  EXIT_OK,
  EXIT_USAGE,
  type Io,
  UsageError,
} from './command.ts';
import { commands } from './commands.ts';
import { commandHelp, generalHelp } from './help.ts';
import { findProject } from './project.ts';

/** Runs one command line. @returns the exit code: 0 ok, 1 failed, 2 wrong usage */
export async function main(
  argv: readonly string[],
  io: Io,
  entries: readonly CommandEntry[] = commands,
): Promise<number> {
  const json = argv.includes('--json') && argv[0] !== 'aws';
  try {
    if (argv.length === 0 || isHelp(argv[0])) {
      io.stdout(await generalHelp(entries));
      return argv.length === 0 ? EXIT_USAGE : EXIT_OK;
    }
    const verbs = entries.filter(({ name }) => name.startsWith(`${argv[0]} `));
    if (argv.length === 2 && isHelp(argv[1]) && !entries.some(({ name }) => name === argv[0]) && verbs.length > 0) {
      io.stdout(await generalHelp(verbs));
      return EXIT_OK;
    }
    const { entry, rest } = findCommand(argv, entries);
    return await runCommand(await entry.load(), rest, io);
  } catch (error) {
    return report(error, json, io);
  }
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h' || argument === 'help';
}

/** The longest name wins: `spec check` before `spec`. */
function findCommand(argv: readonly string[], entries: readonly CommandEntry[]) {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const entry = entries.find((candidate) => candidate.name === name);
    if (entry) return { entry, rest: argv.slice(words) };
  }
  const names = entries.map((entry) => entry.name);
  const typed = argv.filter((argument) => !argument.startsWith('-')).slice(0, 2);
  const verbs = names.filter((name) => name.startsWith(`${argv[0]} `));
  if (typed.length === 1 && verbs.length > 0)
    throw new UsageError(`millrace ${argv[0]} needs one of: ${verbs.join(', ')}`);
  const guess = nearest(typed.join(' '), names) ?? nearest(typed[0] ?? '', names);
  const hint = guess ? `did you mean millrace ${guess}?` : 'millrace --help lists them';
  const unknown = typed.slice(0, verbs.length > 0 ? 2 : 1).join(' ') || argv[0];
  throw new UsageError(`there is no command ${JSON.stringify(unknown)}; ${hint}`);
}

async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<number> {
  if (command.passthrough) {
    if (argv.length === 0 || (argv.length === 1 && argv[0] === '--help')) {
      io.stdout(commandHelp(command));
      return argv.length === 0 ? EXIT_USAGE : EXIT_OK;
    }
    return command.run(makeContext({}, argv, false, io));
  }
  const { values, positionals } = parse(command, argv);
  if (values.help) {
    io.stdout(commandHelp(command));
    return EXIT_OK;
  }
  const { min, max } = command.arguments ?? { min: 0, max: 0 };
  if (positionals.length < min || positionals.length > max) throw new UsageError(`usage: millrace ${command.usage}`);
  return command.run(makeContext(values, positionals, values.json === true, io));
}

function parse(command: Command, argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new UsageError(`${message}; usage: millrace ${command.usage}`, { cause: error });
  }
}

function makeContext(
  options: CommandContext['options'],
  positionals: readonly string[],
  json: boolean,
  io: Io,
): CommandContext {
  return {
    options,
    positionals,
    json,
    io,
    dir: findProject(io.cwd),
    print: (value, text) =>
      io.stdout(json ? `${JSON.stringify(value, null, 2)}\n` : text.endsWith('\n') ? text : `${text}\n`),
    progress: (line) => io.stderr(`${line}\n`),
  };
}

function report(error: unknown, json: boolean, io: Io): number {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (json) io.stdout(`${JSON.stringify({ error: { name, message } }, null, 2)}\n`);
  else io.stderr(`error: ${message}\n`);
  if (io.env.MILLRACE_DEBUG === '1') io.stderr(`${stack}\n`);
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}
