import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as z from 'zod';
import { shapeTexts } from '../domain/spec/issues.ts';
import { TASKS } from '../domain/spec/model-spec.ts';
import { type CaptureFile, captureFiles } from '../engine/model-monitor/capture-files.ts';
import { type CommandContext, UsageError } from './command.ts';
import { readText } from './read-text.ts';

export const textOption = ({ options }: CommandContext, name: string): string | undefined =>
  typeof options[name] === 'string' && options[name] !== '' ? options[name] : undefined;

/** Model Monitor's file that an option names. @throws UsageError saying what is wrong with it */
export function readMonitorFile<T extends z.ZodType>(context: CommandContext, option: string, schema: T): z.infer<T> {
  const file = textOption(context, option);
  if (file === undefined) throw new UsageError(`--${option} is needed: ${option}.json of the baseline`);
  refuseS3(option, file);
  const wrong = (why: string): UsageError => new UsageError(`${file} is no ${option}.json of Model Monitor: ${why}`);
  let document: unknown;
  try {
    document = JSON.parse(readText(file, context.io.cwd).replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw wrong('it is no JSON');
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw wrong(shapeTexts(parsed.error.issues, document, schema, 'the document').join('; '));
}

/** The objects that an option's files and folders hold. @throws UsageError if one is not there, or a folder holds none */
export async function filesOf(
  context: CommandContext,
  option: string,
  named: readonly string[],
): Promise<CaptureFile[]> {
  const all: CaptureFile[] = [];
  for (const name of named) {
    refuseS3(option, name);
    const path = resolve(context.io.cwd, name);
    if (!statSync(path, { throwIfNoEntry: false })) throw new UsageError(`cannot read ${name}: there is no such file`);
    const files = await captureFiles(path);
    if (files.length === 0) throw new UsageError(`--${option}: there is no .jsonl file in ${name} or below`);
    all.push(...files);
  }
  return all;
}

function refuseS3(option: string, name: string): void {
  if (!/^s3:\/\//i.test(name)) return;
  const copy = /\.json$/i.test(name) ? `aws s3 cp ${name} .` : `aws s3 sync ${name} ./${option}`;
  throw new UsageError(`--${option} reads files of this machine; copy them first: ${copy}`);
}

/** A folder to write into that is not there yet, or empty. @throws UsageError */
export function emptyFolder(context: CommandContext, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const path = resolve(context.io.cwd, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new UsageError(`--out: ${name} is no folder`);
  if (found && readdirSync(path).length > 0) throw new UsageError(`--out: ${name} is not empty; name another folder`);
  return path;
}

/** @throws UsageError */
export function taskOption(context: CommandContext): (typeof TASKS)[number] | undefined {
  const given = textOption(context, 'task');
  const task = TASKS.find((name) => name === given);
  if (given !== undefined && !task)
    throw new UsageError(`--task must be one of ${TASKS.join(', ')}, got ${JSON.stringify(given)}`);
  return task;
}
