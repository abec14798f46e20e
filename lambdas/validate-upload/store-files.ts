import { join } from 'node:path';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import type { DatasetRecord } from '../../domain/datasets/record-dataset.ts';
import type { ValidatedFile } from '../../engine/validate-file.ts';

const PARQUET = 'application/vnd.apache.parquet';

/** Stores the bytes that came, the accepted rows and those set aside, each under its digest. */
export async function storeFiles(
  validated: ValidatedFile,
  path: string,
  folder: string,
  artifacts: ArtifactStore,
): Promise<DatasetRecord['files']> {
  const raw = await artifacts.putFile('upload', path, 'application/octet-stream');
  const quarantine =
    validated.quarantine && (await artifacts.putFile('quarantine.parquet', validated.quarantine, PARQUET));
  if (validated.judgement.verdict === 'rejected') return { raw, ...(quarantine && { quarantine }) };
  const data = join(folder, 'data.parquet');
  await validated.writeData(data);
  return { raw, data: await artifacts.putFile('data.parquet', data, PARQUET), ...(quarantine && { quarantine }) };
}
