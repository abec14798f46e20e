import type { ColumnProfile, Profile } from '../../profiles/profile.ts';
import type { Column, DataSpec } from '../../spec/columns.ts';
import { countedNumbers, QUANTILES } from './counted-numbers.ts';
import type { ColumnFacts, DataFacts, NumberFacts, TextFacts } from './facts.ts';
import { proposePatterns } from './patterns.ts';
import { TAIL_VALUES } from './tail.ts';

/**
 * What a stored profile tells of an accepted data set version. It has no values, so what needs each of them is left
 * out: uniqueness, keys, duplicates, forms and lengths of texts. The ends of numbers are told by the bins: values are
 * taken to be spread over a bin so that the chance to exceed them falls at an even rate, as in an exponential tail.
 */
export function profileFacts(
  { rows, columns }: Profile,
  { source, data, files }: { source: string; data: DataSpec; files: readonly number[] },
): DataFacts {
  const profiles = new Map(columns.map((column) => [column.name, column]));
  return {
    source,
    format: data.format,
    rows,
    files,
    brokenLines: 0,
    columns: data.columns.flatMap((column) => {
      const profile = profiles.get(column.name);
      return profile ? [columnFacts(column, profile, rows)] : [];
    }),
    keys: [],
  };
}

function columnFacts({ name, type, format }: Column, profile: ColumnProfile, rows: number): ColumnFacts {
  const { nulls, nans, infinities } = profile;
  const whole = type === 'integer' ? wholeNumbers(profile) : undefined;
  const numbers = whole ?? (type === 'integer' || type === 'number' ? numberFacts(profile) : undefined);
  const texts = type === 'category' || type === 'string' ? textFacts(profile) : undefined;
  return {
    name,
    type,
    rows,
    nulls,
    nans,
    infinities,
    misfits: 0,
    ...(format !== undefined && { format }),
    // stored times are in UTC: how they were written is not known, and nothing is suggested
    ...(type === 'timestamp' && { withOffset: rows }),
    ...(numbers && { numbers }),
    ...(texts && { texts }),
    ...(texts?.values && { distinct: texts.values.length }),
  };
}

function textFacts({ categories, count }: ColumnProfile): TextFacts | undefined {
  if (!categories) return undefined;
  const { values, other } = categories;
  const whole = other === 0;
  // values that are not counted one by one may all be single: the most that can be
  const singletons = values.filter(([, n]) => n === 1).length + other;
  const [pattern] = whole && count > 0 ? proposePatterns(values.map(([value]) => value)) : [];
  return {
    singletons,
    doubletons: values.filter(([, n]) => n === 2).length,
    ...(whole && { values: values.filter(([, n]) => n > 0) }),
    ...(pattern !== undefined && { pattern }),
  };
}

/** A point of the distribution: the share of values above it. */
interface Point {
  readonly value: number;
  readonly above: number;
}

/** Whole numbers whose bins hold one each are known exactly. */
function wholeNumbers({ min, max, bins }: ColumnProfile): NumberFacts | undefined {
  if (min === undefined || max === undefined || !bins) return undefined;
  const values: [number, number][] = [];
  for (const [i, count] of bins.counts.entries()) {
    if (count === 0) continue;
    const lowest = Math.max(Math.floor(bins.edges[i - 1] ?? min - 1) + 1, min);
    const highest = Math.min(Math.floor(bins.edges[i] ?? max), max);
    if (lowest !== highest) return undefined;
    values.push([lowest, count]);
  }
  return values.length > 0 ? countedNumbers(values) : undefined;
}

function numberFacts({ count, min, max, bins }: ColumnProfile): NumberFacts | undefined {
  if (count === 0 || min === undefined || max === undefined || !bins) return undefined;
  const points: Point[] = [{ value: min, above: 1 }];
  let above = count;
  for (const [i, edge] of bins.edges.entries()) {
    above -= bins.counts[i] ?? 0;
    const value = Math.min(Math.max(edge, min), max);
    if (value > (points.at(-1) as Point).value) points.push({ value, above: above / count });
    else points[points.length - 1] = { value, above: above / count };
  }
  // the largest of n values is exceeded with a chance of about 1 / (n + 1)
  const last = points.at(-1) as Point;
  if (max > last.value) points.push({ value: max, above: 0.5 / count });
  const size = Math.min(TAIL_VALUES + 1, count);
  const mirrored = points.map(({ value, above: share }): Point => ({ value: -value, above: 1 - share })).reverse();
  return {
    count,
    min,
    max,
    quantiles: QUANTILES.map((share) => at(points, 1 - share)) as [number, number, number],
    top: ends(points, size, count),
    bottom: ends(mirrored, size, count).map((value) => -value),
  };
}

/** The value that a share of the others is above, along the logarithm of that share. */
function at(points: readonly Point[], above: number): number {
  const index = points.findIndex((point) => point.above <= above);
  if (index <= 0) return (points.at(index === 0 ? 0 : -1) as Point).value;
  const [left, right] = [points[index - 1] as Point, points[index] as Point];
  const [from, to] = [Math.log(Math.max(left.above, 1e-300)), Math.log(Math.max(right.above, 1e-300))];
  const part = from === to ? 1 : (from - Math.log(above)) / (from - to);
  return left.value + (right.value - left.value) * Math.min(1, part);
}

/** The values a sample of `count` has at its upper end, falling. */
const ends = (points: readonly Point[], size: number, count: number): number[] =>
  Array.from({ length: size }, (_, i) => at(points, (i + 0.5) / count));
