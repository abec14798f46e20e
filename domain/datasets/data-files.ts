import type { ArtifactRef, ArtifactStore } from '../artifacts.ts';
import { InvalidInputError } from '../common-errors.ts';
import type { DatasetVersion } from '../registry/entities.ts';
import { DatasetParts } from './sets.ts';

/** Rows, what is made of them and what DuckDB spills need several times the room of their Parquet: a function has 10 GB. */
export const MAX_DATASET_BYTES = 3 * 1024 ** 3;

/** Accepted rows as Parquet: one file, or those of a set of many objects in their order. @throws InvalidInputError */
export async function dataFilesOf(
  { model, version, data, parts }: DatasetVersion,
  artifacts: Pick<ArtifactStore, 'getBytes'>,
): Promise<ArtifactRef[]> {
  const none = new InvalidInputError([`data set ${version} of ${model} was rejected: it has no data`]);
  if (data) return [data];
  if (!parts) throw none;
  const { files } = DatasetParts.parse(JSON.parse(new TextDecoder().decode(await artifacts.getBytes(parts))));
  if (files.length === 0) throw none;
  return files;
}
