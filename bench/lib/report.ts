import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A table as `bench/README.md` holds it. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `${line(header)}|${header.map(() => '---|').join('')}\n${rows.map(line).join('')}`;
}

export const print = (text: string): void => void process.stdout.write(text);
/** What goes on, beside the tables. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const seconds = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
export const times = (value: number): string => `${value.toFixed(2)} ×`;
/** @param most what is asked */
export const verdict = (value: number, most: number): string => (value <= most ? 'met' : '**not met**');

export interface ScratchOptions {
  /** Where the files are made; a folder of its own in it. @default the system's folder for temporary files */
  readonly folder?: string | undefined;
  readonly keep?: boolean | undefined;
}

/** A folder for the data and for all that the children write; removed at the end unless it is to be kept. */
export async function withScratch<T>(options: ScratchOptions, work: (folder: string) => Promise<T>): Promise<T> {
  const root = options.folder ?? tmpdir();
  await mkdir(root, { recursive: true });
  const folder = await mkdtemp(join(root, 'millrace-bench-'));
  try {
    return await work(folder);
  } finally {
    if (options.keep) say(`kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error if an option is no number in these bounds */
export function numberOption(name: string, value: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (!(number >= least && number <= most))
    throw new Error(`--${name} must be a number from ${least} to ${most}, got ${value}`);
  return number;
}
