import type { ArtifactRef } from '../../domain/artifacts.ts';
import { isReadable } from '../../domain/datasets/set-parts.ts';
import { PartResult, type SetPlan, setFiles } from '../../domain/datasets/sets.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { LakeFiles } from '../adapters/lake-files.ts';

/** Results read at a time. */
const AT_ONCE = 16;

/** The results of all parts in their order. A profile may have a megabyte: no more than a few are held. */
export async function* partResults({ model, set, parts }: SetPlan, files: LakeFiles): AsyncGenerator<PartResult> {
  const { part } = setFiles(model, set);
  for (let start = 0; start < parts; start += AT_ONCE) {
    const count = Math.min(AT_ONCE, parts - start);
    const keys = Array.from({ length: count }, (_, i) => part(start + i));
    for (const result of await Promise.all(keys.map((key) => files.readJson(key)))) yield PartResult.parse(result);
  }
}

/** What is kept of each part while the set is merged. */
export interface PartSummary {
  readonly index: number;
  readonly key: string;
  /** Absent where the object was gone. */
  readonly sha256?: string;
  readonly problems: readonly Reason[];
  readonly data?: ArtifactRef;
  readonly quarantine?: ArtifactRef;
  readonly raw?: ArtifactRef;
  readonly keys: boolean;
}

export async function summarize(plan: SetPlan, files: LakeFiles): Promise<PartSummary[]> {
  const summaries: PartSummary[] = [];
  for await (const { index, key, judged } of partResults(plan, files)) {
    if (!judged) {
      const problems = [{ code: 'gone', message: 'the object was deleted before it was read' }];
      summaries.push({ index, key, problems, keys: false });
      continue;
    }
    const { judgement, sha256, data, quarantine, raw, keys } = judged;
    summaries.push({
      index,
      key,
      sha256,
      problems: isReadable(judgement) ? [] : judgement.reasons,
      // a part may have none but bad rows
      ...(data && judgement.rows.total > judgement.rows.quarantined && { data }),
      ...(quarantine && { quarantine }),
      raw,
      keys,
    });
  }
  return summaries;
}

/** Why a set cannot be merged, each reason with the object it is about. */
export const partProblems = (parts: readonly PartSummary[]): Reason[] =>
  parts.flatMap(({ key, problems }) =>
    problems.map((reason) => ({ ...reason, message: `${JSON.stringify(nameOf(key))}: ${reason.message}` })),
  );

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
