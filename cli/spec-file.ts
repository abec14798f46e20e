import { checkSpec } from '../domain/spec/check.ts';
import type { ModelSpec } from '../domain/spec/model-spec.ts';
import { parseSpecText } from '../domain/spec/parse.ts';
import type { Problem } from '../domain/spec/problem.ts';
import { readText } from './read-text.ts';

/** @throws UsageError if there is no such file */
export function checkSpecFile(file: string, cwd: string): { spec: ModelSpec } | { problems: readonly Problem[] } {
  const parsed = parseSpecText(readText(file, cwd));
  return 'problems' in parsed ? parsed : checkSpec(parsed.document);
}
