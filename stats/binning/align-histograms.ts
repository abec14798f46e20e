/** A bucket of a TFDV histogram: rows between two bounds, a point mass if they are equal. */
export interface Bucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface BucketHistogram {
  /** In rising order, not overlapping. */
  readonly buckets: readonly Bucket[];
  /** Rows that are NaN. @default 0 */
  readonly nan?: number;
}

/**
 * Brings two histograms to the same bins as TFDV does before it compares them: the rows of a bucket are spread evenly
 * over the bins between all boundaries of both sides; a bucket of no width is a bin of its own for its point; rows in
 * buckets with an infinite bound, and NaN, get a bin on their own side, so that they match nothing on the other.
 *
 * @returns rows per bin, not rounded, over the same bins
 * @throws RangeError for a bucket whose bounds fall or are NaN, or a count that is negative or not finite
 * @see TFDV, anomalies/metrics.cc, AlignHistograms
 */
export function alignHistograms(reference: BucketHistogram, current: BucketHistogram): [number[], number[]] {
  const [a, b] = [partsOf(reference), partsOf(current)];
  const boundaries = distinctRising([...a.wide, ...b.wide].flatMap(({ low, high }) => [low, high]));
  const points = distinctRising([...a.points.keys(), ...b.points.keys()]);
  const counts = ({ wide, points: own }: Parts) => [
    ...spread(wide, boundaries),
    ...points.map((point) => own.get(point) ?? 0),
  ];
  return [
    [...counts(a), a.infinite, 0, a.nan, 0],
    [...counts(b), 0, b.infinite, 0, b.nan],
  ];
}

interface Parts {
  readonly wide: readonly Bucket[];
  readonly points: ReadonlyMap<number, number>;
  readonly infinite: number;
  readonly nan: number;
}

function partsOf({ buckets, nan = 0 }: BucketHistogram): Parts {
  refuseCount(nan, 'NaN');
  const wide: Bucket[] = [];
  const points = new Map<number, number>();
  let infinite = 0;
  for (const bucket of buckets) {
    const { low, high, count } = bucket;
    if (!(low <= high))
      throw new RangeError(`a bucket must go from a bound to one not below it, got ${low} to ${high}`);
    refuseCount(count, `the bucket ${low} to ${high}`);
    if (!Number.isFinite(low) || !Number.isFinite(high)) infinite += count;
    else if (low === high) points.set(low, (points.get(low) ?? 0) + count);
    else wide.push(bucket);
  }
  return { wide, points, infinite, nan };
}

function spread(buckets: readonly Bucket[], boundaries: readonly number[]): number[] {
  const counts = new Array<number>(Math.max(0, boundaries.length - 1)).fill(0);
  const indexOf = new Map(boundaries.map((boundary, i) => [boundary, i]));
  for (const { low, high, count } of buckets) {
    const [first, last] = [indexOf.get(low) as number, indexOf.get(high) as number];
    for (let bin = first; bin < last; bin++) {
      const width = (boundaries[bin + 1] as number) - (boundaries[bin] as number);
      (counts[bin] as number) += (width / (high - low)) * count;
    }
  }
  return counts;
}

const distinctRising = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

function refuseCount(count: number, where: string): void {
  if (!(count >= 0 && Number.isFinite(count))) {
    throw new RangeError(`counts must be finite and not negative, got ${count} for ${where}`);
  }
}
