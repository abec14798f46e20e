import type { Command, CommandEntry } from './command.ts';

/** What options mean that several commands take, and those whose name says too little. */
const MEANINGS: Readonly<Record<string, string>> = {
  all: 'also what is no warning',
  'api-url': 'the API to talk to; else MILLRACE_API_URL, else the local platform',
  at: 'a time in ISO 8601 instead of now',
  by: 'what a line is: window, day, week or month',
  capture: 'what an endpoint captured: files, or folders with all below them',
  constraints: 'constraints.json of the baseline',
  deny: 'deny it',
  features: 'names of positional values, in order, separated by commas',
  follow: 'go on printing what is appended, until Ctrl-C',
  'ground-truth': 'labels, joined with the capture by inference id or event id',
  limit: 'how many to list, newest first: 1 to 1000',
  'no-deploy': 'start the processes, but leave the app as it is',
  port: 'of the front door; by default 4566, or the next free one',
  purge: 'remove all state below .millrace/ for good',
  reason: 'why, for the audit trail and the decision',
  statistics: 'statistics.json of the baseline',
  subject: 'a feature, prediction, or a metric: only what is about it',
  verify: 'check the chain of hashes instead of listing',
  window: 'the one that begins at this time, or holds it',
};

export async function generalHelp(entries: readonly CommandEntry[]): Promise<string> {
  const commands = await Promise.all(entries.map((entry) => entry.load()));
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'Usage: millrace <command> [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Every command takes --help and, but for aws, --json; millrace --version says the version.',
    'Exit codes: 0 ok, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const taken: NonNullable<Command['options']> = { ...command.options, json: { type: 'boolean' } };
  const options = Object.entries(taken).map(([name, option]): [string, string] => {
    const short = option.short ? `-${option.short}, ` : '';
    const value = option.type === 'string' ? ` <${name === 'api-url' ? 'url' : name}>` : '';
    const preset = option.default === undefined ? '' : `(default ${option.default})`;
    const meaning = name === 'json' ? 'print one JSON document' : (MEANINGS[name] ?? '');
    return [`${short}--${name}${value}`, `${meaning} ${preset}`.trim()];
  });
  const width = Math.max(...options.map(([option]) => option.length));
  return [
    `Usage: millrace ${command.usage}`,
    '',
    command.summary,
    ...(command.details ? ['', command.details] : []),
    ...(command.passthrough
      ? []
      : ['', 'Options:', ...options.map((row) => `  ${row[0].padEnd(width)}  ${row[1]}`.trimEnd())]),
    '',
  ].join('\n');
}
