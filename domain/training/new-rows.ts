import { standing } from '../datasets/lineage.ts';
import type { DatasetVersion } from '../registry/entities.ts';

export const accepted = (datasets: readonly DatasetVersion[]): DatasetVersion[] =>
  standing(datasets).filter((dataset) => dataset.verdict !== 'rejected');

/** Rows accepted in data sets newer than any of `versions`. */
export function rowsSince(datasets: readonly DatasetVersion[], versions: readonly number[]): number {
  // years of runs name more data sets than a call can take arguments
  const newest = versions.reduce((most, version) => Math.max(most, version), 0);
  const known = new Map(datasets.map((dataset) => [dataset.version, dataset]));
  return accepted(datasets)
    .filter((dataset) => dataset.version > newest)
    .reduce((sum, dataset) => sum + newRows(dataset, newest, known), 0);
}

/** Of a version judged again, only the rows it has more than the one whose place it took, if that is not new. */
function newRows(dataset: DatasetVersion, newest: number, known: ReadonlyMap<number, DatasetVersion>): number {
  for (let { origin } = dataset; origin?.kind === 'replay'; ) {
    const before = known.get(origin.of);
    if (!before) break;
    if (before.version <= newest && before.verdict !== 'rejected') return Math.max(0, dataset.rows - before.rows);
    origin = before.origin;
  }
  return dataset.rows;
}
