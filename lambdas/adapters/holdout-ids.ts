import { join } from 'node:path';
import { NoSuchKey } from '@aws-sdk/client-s3';
import { lakeKeys } from '../../domain/names.ts';
import type { ModelVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { RUN_FILES, TrainingPlan } from '../../domain/training/plan.ts';
import { readHoldoutIds } from '../../engine/measure/read-holdout-ids.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import type { LakeFiles } from './lake-files.ts';

export interface HoldoutIdDeps {
  readonly registry: Pick<Registry, 'requireSpec'>;
  readonly files: Pick<LakeFiles, 'readJson' | 'download'>;
  readonly memoryLimitMb?: number;
}

/**
 * What `ValidationContext.holdoutIds` holds of the rows a model version was judged on, sorted.
 *
 * @returns undefined if its rows have no id, or once the files of its run expired
 */
export async function holdoutIds(
  { registry, files, memoryLimitMb }: HoldoutIdDeps,
  { model, runId, specVersion }: ModelVersion,
): Promise<string[] | undefined> {
  const { id } = (await registry.requireSpec(model, specVersion)).spec.data;
  if (id === undefined) return undefined;
  return withWorkFolder('holdout', async (folder) => {
    const path = join(folder, 'rows.parquet');
    if (!(await downloadHoldout(files, model, runId, path))) return undefined;
    return readHoldoutIds(path, id, { folder, ...(memoryLimitMb !== undefined && { memoryLimitMb }) });
  });
}

async function downloadHoldout(
  files: HoldoutIdDeps['files'],
  model: string,
  runId: string,
  path: string,
): Promise<boolean> {
  try {
    const plan = TrainingPlan.parse(await files.readJson(`${lakeKeys.runFolder(model, runId)}/${RUN_FILES.plan}`));
    await files.download(plan.keys.holdoutRows, path);
    return true;
  } catch (error) {
    if (error instanceof NoSuchKey) return false;
    throw error;
  }
}
