import type { Command, CommandEntry } from './command.ts';

export async function generalHelp(entries: readonly CommandEntry[]): Promise<string> {
  const commands = await Promise.all(entries.map((entry) => entry.load()));
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'Usage: millrace <command> [options]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Every command takes --help and --json. Exit codes: 0 ok, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : '';
    return `  ${short}--${name}${option.type === 'string' ? ` <${name}>` : ''}`;
  });
  return [
    `Usage: millrace ${command.usage}`,
    '',
    command.summary,
    ...(command.details ? ['', command.details] : []),
    ...(options.length > 0 ? ['', 'Options:', ...options] : []),
    '',
  ].join('\n');
}
