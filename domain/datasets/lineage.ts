import type { Alias, DatasetVersion, ModelVersion, TrainingRun } from '../registry/entities.ts';

type Numbered = Pick<DatasetVersion, 'version' | 'origin'>;

/** What judged data again took the place of what. Made once for all data set versions of a model, in any order. */
export interface Places {
  /** The version that has the place of `version` now; itself if nothing took it. */
  holder(version: number): number;
  /** Whether the version counts: no replay took its place, nor that of the version it was released from. */
  stands(version: number): boolean;
  /** The version of the upload whose bytes these are: what was judged again or released is as old as that. */
  upload(version: number): number;
}

export function placesOf(datasets: readonly Numbered[]): Places {
  const byVersion = new Map(datasets.map((dataset) => [dataset.version, dataset]));
  const roots = new Map<number, number>();
  const holders = new Map<number, number>();
  for (const { version } of datasets) {
    const root = rootOf(version, byVersion);
    roots.set(version, root);
    // whichever judged the same bytes last
    holders.set(root, Math.max(version, holders.get(root) ?? 0));
  }
  const holder = (version: number) => holders.get(roots.get(version) ?? version) ?? version;
  return {
    holder,
    upload(version) {
      let at = version;
      for (let of = byVersion.get(at)?.origin?.of; of !== undefined; of = byVersion.get(at)?.origin?.of) at = of;
      return at;
    },
    stands(version) {
      for (let at = version; ; ) {
        if (holder(at) !== at) return false;
        const origin = byVersion.get(roots.get(at) ?? at)?.origin;
        if (origin?.kind !== 'release') return true;
        at = origin.of;
      }
    },
  };
}

/** The upload or release at the beginning of a chain of replays. `of` is always an earlier version. */
function rootOf(version: number, byVersion: ReadonlyMap<number, Numbered>): number {
  let root = version;
  for (;;) {
    const origin = byVersion.get(root)?.origin;
    if (origin?.kind !== 'replay') return root;
    root = origin.of;
  }
}

/** Versions that count, in the order given: training and comparisons with history look at no other. */
export function standing<T extends Numbered>(datasets: readonly T[]): T[] {
  const places = placesOf(datasets);
  return datasets.filter(({ version }) => places.stands(version));
}

export interface Lineage {
  readonly model: string;
  readonly dataset: Pick<DatasetVersion, 'version' | 'verdict' | 'rows' | 'quarantinedRows' | 'at'>;
  readonly upload: DatasetVersion['source'] & { readonly sha256: string };
  readonly specVersion: number;
  /** Versions it was made from, the nearest first, each with what was done to it. */
  readonly madeFrom: readonly { readonly version: number; readonly by: string; readonly how: string }[];
  /** The version that took its place. */
  readonly replacedBy?: number;
  /** What was released from it or judged again. */
  readonly derived: readonly {
    readonly version: number;
    readonly kind: 'release' | 'replay';
    readonly verdict: DatasetVersion['verdict'];
  }[];
  readonly runs: readonly {
    readonly runId: string;
    readonly status: TrainingRun['status'];
    readonly specVersion: number;
    readonly datasetVersions: readonly number[];
    readonly versions: readonly {
      readonly version: number;
      readonly approvalStatus: ModelVersion['approvalStatus'];
      readonly aliases: readonly string[];
    }[];
  }[];
}

export interface Registered {
  readonly datasets: readonly DatasetVersion[];
  readonly runs: readonly TrainingRun[];
  readonly versions: readonly ModelVersion[];
  readonly aliases: readonly Alias[];
}

/** Where a data set comes from and what came of it: from the upload to the aliases of the models it trained. */
export function lineageOf(dataset: DatasetVersion, { datasets, runs, versions, aliases }: Registered): Lineage {
  const { model, version, verdict, rows, quarantinedRows, at, source, contentDigest, specVersion } = dataset;
  const all = datasets.some((one) => one.version === version) ? datasets : [...datasets, dataset];
  const holder = placesOf(all).holder(version);
  return {
    model,
    dataset: { version, verdict, rows, quarantinedRows, at },
    upload: { ...source, sha256: contentDigest },
    specVersion,
    madeFrom: ancestors(dataset, all),
    ...(holder !== version && { replacedBy: holder }),
    derived: [...all]
      .sort((a, b) => a.version - b.version)
      .flatMap(({ origin, ...one }) =>
        origin?.of === version ? [{ version: one.version, kind: origin.kind, verdict: one.verdict }] : [],
      ),
    runs: runs
      .filter((run) => run.datasetVersions.includes(version))
      .map((run) => ({
        runId: run.runId,
        status: run.status,
        specVersion: run.specVersion,
        datasetVersions: run.datasetVersions,
        versions: versions
          .filter((made) => made.runId === run.runId)
          .map((made) => ({
            version: made.version,
            approvalStatus: made.approvalStatus,
            aliases: aliases.filter((alias) => alias.version === made.version).map(({ alias }) => alias),
          })),
      })),
  };
}

function ancestors(dataset: DatasetVersion, datasets: readonly DatasetVersion[]): Lineage['madeFrom'] {
  const found: { version: number; by: string; how: string }[] = [];
  for (let { origin } = dataset; origin; ) {
    const { of, by, kind, reason } = origin;
    found.push({ version: of, by, how: reason === undefined ? kind : `${kind}: ${reason}` });
    origin = datasets.find(({ version }) => version === of)?.origin;
  }
  return found;
}
