import { distance } from '../monitoring/distances.ts';
import type { Categories, ColumnProfile, Profile } from '../profiles/profile.ts';
import type { DatasetVersion } from '../registry/entities.ts';

export interface Pair<T> {
  readonly from: T;
  readonly to: T;
}

export interface ColumnDiff {
  readonly name: string;
  /** Of both. Of a timestamp, mean and deviation are in milliseconds, the mean since 1970. */
  readonly type: ColumnProfile['type'];
  /**
   * How far apart the two are, in nats: the larger of what separates their values and what separates their shares of
   * missing, NaN and infinite cells. Values are compared by PSI where both were counted over the same bins or one by one,
   * otherwise as normal distributions of the same mean and variance. 0 where nothing can be told apart.
   */
  readonly apart: number;
  readonly missingShare: Pair<number>;
  readonly mean?: Pair<number>;
  readonly stddev?: Pair<number>;
  /** Population stability index, where both were counted over the same bins or values. */
  readonly psi?: number;
  /** Values that only one side has; absent unless both sides' values were counted one by one. */
  readonly categories?: { readonly added: readonly string[]; readonly lost: readonly string[] };
}

export interface SchemaDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly retyped: readonly (Pair<ColumnProfile['type']> & { readonly name: string })[];
}

type Figure = 'verdict' | 'rows' | 'quarantinedRows' | 'specVersion' | 'contentDigest' | 'timeRange';

export interface DatasetDiff {
  readonly model: string;
  readonly versions: Pair<number>;
  /** The two came as the same bytes. */
  readonly sameBytes: boolean;
  readonly figures: { readonly [F in Figure]: Pair<DatasetVersion[F]> };
  /** Absent where a side has no profile, because none of its rows could be read. */
  readonly schema?: SchemaDiff;
  /** Columns of both sides and of the same type, those furthest apart first. */
  readonly columns?: readonly ColumnDiff[];
}

export interface Side {
  readonly dataset: DatasetVersion;
  readonly profile?: Profile | undefined;
}

/** What is different between two versions of a model's data. */
export function diffDatasets(from: Side, to: Side): DatasetDiff {
  const figure = <F extends Figure>(name: F): Pair<DatasetVersion[F]> => ({
    from: from.dataset[name],
    to: to.dataset[name],
  });
  return {
    model: to.dataset.model,
    versions: { from: from.dataset.version, to: to.dataset.version },
    sameBytes: from.dataset.contentDigest === to.dataset.contentDigest,
    figures: {
      verdict: figure('verdict'),
      rows: figure('rows'),
      quarantinedRows: figure('quarantinedRows'),
      specVersion: figure('specVersion'),
      contentDigest: figure('contentDigest'),
      timeRange: figure('timeRange'),
    },
    ...(from.profile && to.profile && diffProfiles(from.profile, to.profile)),
  };
}

function diffProfiles(from: Profile, to: Profile): Required<Pick<DatasetDiff, 'schema' | 'columns'>> {
  const before = new Map(from.columns.map((column) => [column.name, column]));
  const after = new Map(to.columns.map((column) => [column.name, column]));
  const both = from.columns.flatMap((column) => {
    const other = after.get(column.name);
    return other ? [{ from: column, to: other }] : [];
  });
  const retyped = both.filter((pair) => pair.from.type !== pair.to.type);
  return {
    schema: {
      added: to.columns.filter(({ name }) => !before.has(name)).map(({ name }) => name),
      removed: from.columns.filter(({ name }) => !after.has(name)).map(({ name }) => name),
      retyped: retyped.map((pair) => ({ name: pair.from.name, from: pair.from.type, to: pair.to.type })),
    },
    columns: both
      .filter((pair) => pair.from.type === pair.to.type)
      .map(diffColumn)
      .sort((a, b) => b.apart - a.apart),
  };
}

function diffColumn({ from, to }: Pair<ColumnProfile>): ColumnDiff {
  const psi = psiOf(from, to);
  const mean = pairOf(from.mean, to.mean);
  const stddev = pairOf(deviationOf(from), deviationOf(to));
  const values = psi ?? (mean && stddev ? normalDistance(mean, stddev) : 0);
  const categories = from.categories && to.categories && newAndLost(from.categories, to.categories);
  return {
    name: from.name,
    type: from.type,
    apart: Math.max(values, distance('psi', statesOf(from), statesOf(to))),
    missingShare: { from: missingShare(from), to: missingShare(to) },
    ...(mean && { mean }),
    ...(stddev && { stddev }),
    ...(psi !== undefined && { psi }),
    ...(categories && { categories }),
  };
}

const pairOf = (from: number | undefined, to: number | undefined): Pair<number> | undefined =>
  from === undefined || to === undefined ? undefined : { from, to };

const statesOf = ({ count, nulls, nans, infinities }: ColumnProfile): number[] => [count, nulls, nans, infinities];

function missingShare(column: ColumnProfile): number {
  const rows = statesOf(column).reduce((sum, count) => sum + count, 0);
  return rows === 0 ? 0 : column.nulls / rows;
}

const deviationOf = ({ count, m2 }: ColumnProfile): number | undefined =>
  m2 === undefined || count === 0 ? undefined : Math.sqrt(m2 / count);

/** Undefined unless both sides were counted over the same bins or one by one. */
function psiOf(from: ColumnProfile, to: ColumnProfile): number | undefined {
  if (from.count === 0 || to.count === 0) return undefined;
  if (from.bins && to.bins) {
    const { edges } = to.bins;
    const same = from.bins.edges.length === edges.length && from.bins.edges.every((edge, i) => edge === edges[i]);
    return same ? distance('psi', from.bins.counts, to.bins.counts) : undefined;
  }
  if (!from.categories || !to.categories) return undefined;
  const [a, b] = alignCategories(from.categories, to.categories);
  return distance('psi', a, b);
}

/** Counts over the same values. Where a side did not count all one by one, values both did, and the rest. */
function alignCategories(from: Categories, to: Categories): [number[], number[]] {
  const [a, b] = [new Map(from.values), new Map(to.values)];
  const complete = from.other === 0 && to.other === 0;
  const values = complete ? [...new Set([...a.keys(), ...b.keys()])] : [...a.keys()].filter((value) => b.has(value));
  const counts = (side: ReadonlyMap<string, number>, other: number) => {
    const listed = values.map((value) => side.get(value) ?? 0);
    const total = [...side.values()].reduce((sum, count) => sum + count, other);
    return [...listed, total - listed.reduce((sum, count) => sum + count, 0)];
  };
  return [counts(a, from.other), counts(b, to.other)];
}

function newAndLost(from: Categories, to: Categories): ColumnDiff['categories'] {
  // a value beyond those that were counted one by one may be on both sides
  if (from.other > 0 || to.other > 0) return undefined;
  const seen = ({ values }: Categories) => new Set(values.filter(([, count]) => count > 0).map(([value]) => value));
  const [before, after] = [seen(from), seen(to)];
  return {
    added: [...after].filter((value) => !before.has(value)),
    lost: [...before].filter((value) => !after.has(value)),
  };
}

/** A deviation below this share of the column's magnitude is taken for it, so that constant columns stay comparable. */
const LEAST_DEVIATION = 1e-3;

/**
 * Symmetrised Kullback–Leibler divergence of two normal distributions, which is what PSI is of two samples.
 * @returns nats, >= 0
 */
function normalDistance(mean: Pair<number>, stddev: Pair<number>): number {
  const scale = Math.max(Math.abs(mean.from), Math.abs(mean.to), stddev.from, stddev.to);
  if (scale === 0) return 0;
  // by the scale first: squares of large magnitudes overflow
  const shift = (mean.to / scale - mean.from / scale) ** 2;
  const variance = (deviation: number) => Math.max(deviation / scale, LEAST_DEVIATION) ** 2;
  const [a, b] = [variance(stddev.from), variance(stddev.to)];
  return Math.max(0, (a / b + b / a - 2 + shift / a + shift / b) / 2);
}
