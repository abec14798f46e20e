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
  const writeData = async () => {
    const data = join(folder, 'data.parquet');
    await validated.writeData(data);
    return store('data.parquet', data);
  };
  // each takes a few round trips
  const [raw, quarantine, data] = await Promise.all([
    store('upload', path, 'application/octet-stream'),
    validated.quarantine === undefined ? undefined : store('quarantine.parquet', validated.quarantine),
    validated.judgement.verdict === 'rejected' ? undefined : writeData(),
  ]);
  return { raw, ...(data && { data }), ...(quarantine && { quarantine }) };
}
