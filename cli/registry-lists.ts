import * as z from 'zod';
import type { Registered } from '../domain/datasets/lineage.ts';
import { Alias, DatasetVersion, ModelVersion, TrainingRun } from '../domain/registry/entities.ts';
import { type Command, type CommandContext, EXIT_OK, UsageError } from './command.ts';
import { apiOptions, connect, pathTo, type RegistryClient } from './registry-client.ts';
import { type Column, table } from './table.ts';

export const listOf = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), more: z.boolean() });

const DEFAULT_LIMIT = '20';
export const listOptions = { ...apiOptions, limit: { type: 'string', short: 'n', default: DEFAULT_LIMIT } } as const;

/** @throws UsageError */
export function limitOf(options: CommandContext['options']): number {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw new UsageError(`--limit must be a whole number from 1 to 1000, got ${options.limit}`);
  }
  return limit;
}

interface ListCommand<T> {
  /** Of the command and of the path: `runs`. */
  readonly noun: string;
  /** @default the noun */
  readonly name?: string;
  readonly summary: string;
  readonly item: z.ZodType<T>;
  readonly columns: (now: Date) => readonly Column<T>[];
}

/** A command that lists what a model has, newest first. */
export function listCommand<T>({ noun, name = noun, summary, item, columns }: ListCommand<T>): Command {
  return {
    name,
    summary,
    usage: `${name} <model> [--limit <limit>]`,
    options: listOptions,
    arguments: { min: 1, max: 1 },
    run: async (context) => {
      const [model = ''] = context.positionals;
      const limit = limitOf(context.options);
      const page = await connect(context).get(pathTo('models', model, noun), listOf(item), { limit });
      printList(context, page, columns(new Date()), `${model} has no ${noun === 'datasets' ? 'data sets' : noun} yet`);
      return EXIT_OK;
    },
  };
}

export function printList<T>(
  { print, progress }: Pick<CommandContext, 'print' | 'progress'>,
  page: { items: readonly T[]; more: boolean },
  columns: readonly Column<T>[],
  empty: string,
): void {
  print(page.items, page.items.length > 0 ? table(page.items, columns) : empty);
  if (page.more) progress('there are more: raise --limit');
}

interface ShowCommand {
  /** The command is `<noun> show`. */
  readonly noun: string;
  /** How one thing is named on the command line: `version`. */
  readonly id: string;
  readonly summary: string;
  /** @returns what `--json` prints, and the same for people */
  readonly read: (client: RegistryClient, model: string, id: string) => Promise<{ value: unknown; text: string }>;
}

/** A command that shows one thing of a model with what it comes from and what came of it. */
export function showCommand({ noun, id, summary, read }: ShowCommand): Command {
  return {
    name: `${noun} show`,
    summary,
    usage: `${noun} show <model> <${id}>`,
    options: apiOptions,
    arguments: { min: 2, max: 2 },
    run: async (context) => {
      const [model = '', wanted = ''] = context.positionals;
      const { value, text } = await read(connect(context), model, wanted);
      context.print(value, text);
      return EXIT_OK;
    },
  };
}

/** Runs, versions and data sets looked through for what came of what: as many as one answer has. */
const LOOKED_THROUGH = 1_000;

/** What a model has, newest first. `complete` unless there is more than one answer has. */
export async function registeredWith(
  client: RegistryClient,
  model: string,
): Promise<Registered & { complete: boolean }> {
  const query = { limit: LOOKED_THROUGH };
  const list = <S extends z.ZodType>(noun: string, item: S) =>
    client.get(pathTo('models', model, noun), listOf(item), query);
  const [datasets, runs, versions, aliases] = await Promise.all([
    list('datasets', DatasetVersion),
    list('runs', TrainingRun),
    list('versions', ModelVersion),
    list('aliases', Alias),
  ]);
  return {
    datasets: datasets.items,
    runs: runs.items,
    versions: versions.items,
    aliases: aliases.items,
    complete: ![datasets, runs, versions, aliases].some(({ more }) => more),
  };
}

/** @throws UsageError unless a reason was given */
export function requireReason({ options }: CommandContext, usage: string): string {
  const { reason } = options;
  if (typeof reason !== 'string' || reason.trim() === '') throw new UsageError(`say why: millrace ${usage}`);
  return reason;
}

/** @throws UsageError */
export function versionNumber(text: string): number {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) throw new UsageError(`a version is a whole number, got ${text}`);
  return Number(text);
}
