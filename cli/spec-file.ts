import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkSpec } from '../domain/spec/check.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';
import { parseSpecText } from '../domain/spec/parse.ts';
import type { Problem } from '../domain/spec/problem.ts';
import { UsageError } from './command.ts';

/** @throws UsageError if there is no such file */
export function checkSpecFile(file: string, cwd: string): { spec: ModelSpec } | { problems: readonly Problem[] } {
  const parsed = parseSpecText(readText(file, cwd));
  return 'problems' in parsed ? parsed : checkSpec(parsed.document);
}

function readText(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
