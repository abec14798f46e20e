import type { ParseArgsOptionsConfig } from 'node:util';

/** The outside world of one run, passed in so that tests can see what was written. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export type OptionValue = string | boolean | (string | boolean)[] | undefined;

export interface CommandContext {
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly positionals: readonly string[];
  /** `--json` was given: standard output carries one JSON document and nothing else. */
  readonly json: boolean;
  readonly io: Io;
  /** The project folder: the nearest one from the working directory upwards with a `cdk.json` or a `.millrace/local.json`. */
  readonly dir: string;
  /** Writes the result to standard output: `value` as JSON with `--json`, otherwise `text`. */
  print(value: unknown, text: string): void;
  /** One line on what is going on, to standard error. */
  progress(line: string): void;
}

export interface Command {
  /** One or two words: `up`, `spec check`. */
  readonly name: string;
  readonly summary: string;
  /** What follows `millrace` on the command line: `spec check <file> [--strict]`. */
  readonly usage: string;
  /** `--json` and `--help` are added to these. */
  readonly options?: ParseArgsOptionsConfig;
  /** How many arguments it takes. @default none */
  readonly arguments?: { readonly min: number; readonly max: number };
  /** Everything after the name is handed over unparsed as positionals. */
  readonly passthrough?: boolean;
  /** Longer help, printed below the usage. */
  readonly details?: string;
  /** @returns the exit code: 0 ok, 1 failed */
  run(context: CommandContext): Promise<number>;
}

/** A command that is imported only when it is run or described. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
