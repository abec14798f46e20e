import { standing } from '../../datasets/lineage.ts';
import type { DatasetVersion } from '../../registry/entities.ts';

/**
 * Versions that a new one is compared with, newest first by when their bytes came: accepted, and not replaced by a
 * replay, which has the place of what it judged again. A release counts if all of a rejected set was let pass; rows that
 * were set aside are no data set of their own.
 *
 * @param datasets of one model, the newest of them without gaps
 * @param before only versions whose bytes came before those of this one, which is judged again
 */
export function pastVersions<T extends DatasetVersion>(datasets: readonly T[], before?: number): T[] {
  const byVersion = new Map(datasets.map((dataset) => [dataset.version, dataset]));
  const placeOf = (version: number): number => {
    const origin = byVersion.get(version)?.origin;
    return origin ? placeOf(origin.of) : version;
  };
  const limit = before === undefined ? Number.POSITIVE_INFINITY : placeOf(before);
  return standing(datasets)
    .filter(({ verdict, origin }) => verdict !== 'rejected' && (origin?.kind !== 'release' || isWhole(origin.of)))
    .map((dataset) => ({ dataset, place: placeOf(dataset.version) }))
    .filter(({ place }) => place < limit)
    .sort((a, b) => b.place - a.place || b.dataset.version - a.dataset.version)
    .map(({ dataset }) => dataset);

  function isWhole(of: number): boolean {
    return byVersion.get(of)?.verdict === 'rejected';
  }
}
