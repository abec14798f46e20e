import { PlatformError } from '../errors.ts';
import type { DatasetVersion } from '../registry/entities.ts';
import { placesOf } from './lineage.ts';

/** There is nothing to let pass or to judge again, or it would count twice. */
export class RejudgeRefusedError extends PlatformError {
  override readonly name = 'RejudgeRefusedError';
  readonly kind = 'conflict';
}

/** Another data set version of the same bytes counts: with both, training would see rows twice. */
const DUPLICATE = 'duplicate';
const isDuplicate = ({ verdict, reasons }: DatasetVersion): boolean =>
  verdict === 'rejected' && reasons.some(({ code }) => code === DUPLICATE);

/** The same for each request to release the same version. */
export const releaseIdentity = (model: string, of: number): string => `release/${model}/${of}`;
/** The same for each request to judge the same version under the same spec version. */
export const replayIdentity = (model: string, of: number, specVersion: number): string =>
  `replay/${model}/${of}/${specVersion}`;

/** Why a version cannot be released, or undefined. @param datasets every version of the model */
function releaseProblem(dataset: DatasetVersion, datasets: readonly DatasetVersion[]): string | undefined {
  const { version, origin, verdict, quarantinedRows, raw, parts, contentDigest } = dataset;
  const places = placesOf(datasets);
  const what = `data set ${version} of ${dataset.model}`;
  if (origin?.kind === 'release')
    return `${what} is itself a release: what is still set aside is what no column's type can hold`;
  const holder = places.holder(version);
  if (holder !== version) return `data set ${holder} took the place of ${what}: release that one`;
  if (verdict !== 'rejected' && quarantinedRows === 0) return `${what} has no row set aside and was not rejected`;
  if (isDuplicate(dataset)) return `${what} has the bytes of an earlier one: its rows would count twice`;
  const twin =
    verdict === 'rejected' &&
    datasets.find(
      (other) => other.contentDigest === contentDigest && other.verdict !== 'rejected' && places.stands(other.version),
    );
  if (twin) return `data set ${twin.version} has the bytes of ${what}: its rows would count twice`;
  if (parts) return `${what} is a set of many objects: upload it again`;
  if (!raw) return `the bytes of ${what} were not kept: upload the file again`;
  return undefined;
}

/**
 * The release of a version that there is already, or undefined when it may be released.
 * @param datasets every version of the model
 * @throws RejudgeRefusedError
 */
export function planRelease(
  dataset: DatasetVersion,
  datasets: readonly DatasetVersion[],
): { readonly released?: DatasetVersion } {
  const released = datasets.find(({ origin }) => origin?.kind === 'release' && origin.of === dataset.version);
  if (released) return { released };
  const problem = releaseProblem(dataset, datasets);
  if (problem) throw new RejudgeRefusedError(problem);
  return {};
}

export interface ReplayPlan {
  /** Versions to judge again. */
  readonly ask: readonly number[];
  /** Versions asked for, each with the one that was judged under this spec version already. */
  readonly done: readonly { readonly of: number; readonly dataset: number }[];
  /** Versions asked for that cannot be judged again, and why. */
  readonly skipped: readonly { readonly of: number; readonly why: string }[];
}

/**
 * What a replay comes to. A version whose place was taken stands for the one that has it now; of a release, whose rows
 * were let pass by a person, nothing is judged again.
 * @param wanted version numbers of `datasets`, or everything that came since a time
 */
export function planReplay(
  datasets: readonly DatasetVersion[],
  wanted: { readonly versions: readonly number[] } | { readonly since: string },
  specVersion: number,
): ReplayPlan {
  const places = placesOf(datasets);
  const byVersion = new Map(datasets.map((dataset) => [dataset.version, dataset]));
  const versions =
    'versions' in wanted
      ? [...new Set(wanted.versions)]
      : datasets.filter(({ at, origin }) => at >= wanted.since && !origin).map(({ version }) => version);
  const ask = new Set<number>();
  const done: { of: number; dataset: number }[] = [];
  const skipped: { of: number; why: string }[] = [];
  for (const of of versions.sort((a, b) => a - b)) {
    const dataset = byVersion.get(places.holder(of));
    if (!dataset) continue;
    const why = replayProblem(dataset);
    if (why) skipped.push({ of, why });
    else if (dataset.specVersion === specVersion) done.push({ of, dataset: dataset.version });
    else ask.add(dataset.version);
  }
  return { ask: [...ask], done, skipped };
}

function replayProblem(dataset: DatasetVersion): string | undefined {
  if (dataset.origin?.kind === 'release') return `a release: replay data set ${dataset.origin.of}`;
  if (isDuplicate(dataset)) return 'a duplicate of an earlier data set';
  if (dataset.parts) return 'a set of many objects: upload it again';
  if (!dataset.raw) return 'its bytes were not kept';
  return undefined;
}
