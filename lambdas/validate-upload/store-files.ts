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
  const store = async (name: string, file: string, type = PARQUET) => artifacts.putFile(name, file, type);
  const data = validated.judgement.verdict === 'rejected' ? undefined : join(folder, 'data.parquet');
  // before anything else may fail: a database must not be closed while it writes
  if (data !== undefined) await validated.writeData(data);
  // each takes a few round trips
  const [raw, quarantined, accepted] = await Promise.all([
    store('upload', path, 'application/octet-stream'),
    validated.quarantine === undefined ? undefined : store('quarantine.parquet', validated.quarantine),
    data === undefined ? undefined : store('data.parquet', data),
  ]);
  return { raw, ...(accepted && { data: accepted }), ...(quarantined && { quarantine: quarantined }) };
}
