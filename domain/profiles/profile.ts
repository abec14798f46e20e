import * as z from 'zod';

export const PROFILE_TYPES = ['numeric', 'boolean', 'timestamp', 'category', 'string'] as const;
export type ProfileType = (typeof PROFILE_TYPES)[number];

/** Values of a category column that are counted one by one; the rest is `other`. */
export const CATEGORY_LIMIT = 200;
/** Squares of larger magnitudes overflow once they are summed: a column that has one carries no moments. */
export const MOMENT_LIMIT = 1e140;

const Count = z.number().int().nonnegative();

/**
 * Counts over fixed edges, left-open: `counts[0]` is what is <= `edges[0]`, `counts[i]` what is in
 * (`edges[i - 1]`, `edges[i]`], the last what is above every edge. One count more than edges.
 */
export const Bins = z.object({ edges: z.array(z.number()).min(1), counts: z.array(Count) });
export type Bins = z.infer<typeof Bins>;

/** Pairs, not an object: a category may be called `__proto__`. */
export const Categories = z.object({ values: z.array(z.tuple([z.string(), Count])), other: Count });
export type Categories = z.infer<typeof Categories>;

/**
 * Every row is in exactly one of `count`, `nulls`, `nans`, `infinities`. Timestamps are milliseconds since 1970; a
 * `string` column has counts only.
 */
export const ColumnProfile = z.object({
  name: z.string(),
  type: z.enum(PROFILE_TYPES),
  /** Values present and finite: what everything below is about. */
  count: Count,
  nulls: Count,
  nans: Count,
  /** Of either sign. */
  infinities: Count,
  min: z.number().optional(),
  max: z.number().optional(),
  mean: z.number().optional(),
  /** Sum of squared differences from the mean: variance = m2 / count. Absent beyond MOMENT_LIMIT, as is the mean. */
  m2: z.number().optional(),
  bins: Bins.optional(),
  categories: Categories.optional(),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

/** A record of fixed size about any number of rows. Parts merge into the profile of the whole. */
export const Profile = z.object({ rows: Count, columns: z.array(ColumnProfile) });
export type Profile = z.infer<typeof Profile>;

/**
 * Profile of the union of two disjoint sets of rows: counts, bins and extremes exactly, moments up to rounding, and
 * categories exactly as long as there are at most CATEGORY_LIMIT of them (always so under fixed categories).
 *
 * @throws RangeError if the columns or their edges differ
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  if (a.columns.length !== b.columns.length) {
    throw new RangeError(`cannot merge a profile of ${a.columns.length} columns with one of ${b.columns.length}`);
  }
  return {
    rows: a.rows + b.rows,
    columns: a.columns.map((column, i) => mergeColumns(column, b.columns[i] as ColumnProfile)),
  };
}

/** @throws RangeError if the columns or their edges differ */
export function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if (a.name !== b.name || a.type !== b.type) {
    throw new RangeError(`cannot merge column ${a.name} (${a.type}) with ${b.name} (${b.type})`);
  }
  const bins = a.bins && b.bins ? mergeBins(a.bins, b.bins, a.name) : (a.bins ?? b.bins);
  if (bins && !(a.bins && b.bins)) throw new RangeError(`only one side of column ${a.name} has bins`);
  const categories =
    a.categories && b.categories ? mergeCategories(a.categories, b.categories) : (a.categories ?? b.categories);
  return {
    name: a.name,
    type: a.type,
    count: a.count + b.count,
    nulls: a.nulls + b.nulls,
    nans: a.nans + b.nans,
    infinities: a.infinities + b.infinities,
    ...extremes(a, b),
    ...moments(a, b),
    ...(bins && { bins }),
    ...(categories && { categories }),
  };
}

/** The most frequent values first, ties in code-point order; what exceeds the limit goes to `other`. */
export function cutCategories(counts: Iterable<readonly [string, number]>, other = 0): Categories {
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]));
  const rest = sorted.slice(CATEGORY_LIMIT).reduce((sum, [, count]) => sum + count, other);
  return { values: sorted.slice(0, CATEGORY_LIMIT).map(([value, count]) => [value, count]), other: rest };
}

export const booleanCounts = (falses: number, trues: number): Categories => ({
  values: [
    ['false', falses],
    ['true', trues],
  ],
  other: 0,
});

/** By code point, which is the order of UTF-8 bytes and so DuckDB's; `<` on strings compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
      const bothPlain = left < 0xd800 && right < 0xd800;
      return bothPlain ? left - right : rank(left) - rank(right);
    }
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every single unit. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

function extremes(a: ColumnProfile, b: ColumnProfile): Pick<ColumnProfile, 'min' | 'max'> {
  const min = Math.min(a.min ?? Number.POSITIVE_INFINITY, b.min ?? Number.POSITIVE_INFINITY);
  const max = Math.max(a.max ?? Number.NEGATIVE_INFINITY, b.max ?? Number.NEGATIVE_INFINITY);
  return min <= max ? { min, max } : {};
}

/** @see Chan, Golub, LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances" */
function moments(a: ColumnProfile, b: ColumnProfile): Pick<ColumnProfile, 'mean' | 'm2'> {
  const [left, right] = [momentsOf(a), momentsOf(b)];
  if (a.count === 0) return right;
  if (b.count === 0) return left;
  if (left.mean === undefined || right.mean === undefined) return {};
  const count = a.count + b.count;
  const delta = right.mean - left.mean;
  return {
    mean: left.mean + (delta * b.count) / count,
    m2: (left.m2 ?? 0) + (right.m2 ?? 0) + delta * delta * ((a.count * b.count) / count),
  };
}

const momentsOf = ({ mean, m2 }: ColumnProfile): Pick<ColumnProfile, 'mean' | 'm2'> =>
  mean === undefined || m2 === undefined ? {} : { mean, m2 };

function mergeBins(a: Bins, b: Bins, name: string): Bins {
  const same = a.edges.length === b.edges.length && a.edges.every((edge, i) => edge === b.edges[i]);
  if (!same) throw new RangeError(`cannot merge column ${name}: the two profiles have different bins`);
  return { edges: a.edges, counts: a.counts.map((count, i) => count + (b.counts[i] as number)) };
}

function mergeCategories(a: Categories, b: Categories): Categories {
  const counts = new Map(a.values);
  for (const [value, count] of b.values) counts.set(value, (counts.get(value) ?? 0) + count);
  const fixed = counts.size === a.values.length && counts.size === b.values.length;
  // the same values on both sides keep their order: it is the reference's
  if (fixed) return { values: [...counts], other: a.other + b.other };
  return cutCategories(counts, a.other + b.other);
}
