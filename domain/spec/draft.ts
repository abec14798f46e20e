import type * as z from 'zod';
import { DataSpec } from './columns.ts';
import { DeploymentSpec } from './deployment.ts';
import { EvaluationSpec } from './evaluation.ts';
import type { ModelSpec } from './model-spec.ts';
import { MonitoringSpec } from './monitoring.ts';
import type { Path } from './problem.ts';
import { TrainingSpec } from './training.ts';

type Draft<T> = T extends (infer U)[]
  ? (Draft<U> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Draft<T[K]> | undefined }
    : T;

/**
 * What is left of a document once everything of the wrong shape is taken out of it: what is there has its type, and
 * sections that parse have their defaults. So the rules that look across fields can speak up at once, too.
 */
export type SpecDraft = Draft<ModelSpec>;

const SECTIONS = {
  data: DataSpec,
  training: TrainingSpec,
  evaluation: EvaluationSpec,
  deployment: DeploymentSpec,
  monitoring: MonitoringSpec,
} as const;

export function draftOf(document: object, issues: readonly z.core.$ZodIssue[]): SpecDraft {
  const rest = structuredClone(document) as Record<string, unknown>;
  for (const issue of issues) {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) remove(rest, path);
  }
  for (const [name, schema] of Object.entries(SECTIONS)) {
    const parsed = schema.safeParse(rest[name] ?? {});
    if (parsed.success) rest[name] = parsed.data;
  }
  return rest as SpecDraft;
}

/** Items of lists stay behind as `undefined`, so that the others keep their index. */
function remove(root: unknown, path: Path): void {
  let parent = root;
  for (const key of path.slice(0, -1)) {
    if (typeof parent !== 'object' || parent === null) return;
    parent = (parent as Record<PropertyKey, unknown>)[key];
  }
  const last = path.at(-1);
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  if (Array.isArray(parent)) parent[Number(last)] = undefined;
  else delete (parent as Record<PropertyKey, unknown>)[last];
}
