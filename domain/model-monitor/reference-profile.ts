import { type ColumnProfile, cutCategories, type Profile } from '../profiles/profile.ts';
import { binsOfBuckets } from './buckets.ts';
import type { FeatureStatistics, Statistics } from './statistics.ts';

/**
 * The profile that `statistics.json` tells of: buckets become bins between two empty ones, values of a text become
 * categories (the rarest beyond the limit are `other`). Quantile sketches are not read.
 *
 * A bucket's count comes from a sketch, so that the bins of a large data set may hold a trifle more or fewer values than
 * `count` says.
 */
export function profileOfStatistics({ dataset, features }: Statistics): Profile {
  return { rows: dataset.item_count, columns: features.map(columnOf) };
}

function columnOf({ name, numerical_statistics: numbers, string_statistics: texts }: FeatureStatistics): ColumnProfile {
  const none = { nans: 0, infinities: 0 };
  if (numbers) {
    const { common, mean, std_dev: deviation, min, max, distribution } = numbers;
    const count = common.num_present;
    const bins = count > 0 ? binsOfBuckets(distribution?.kll?.buckets ?? []) : undefined;
    return {
      name,
      type: 'numeric',
      count,
      nulls: common.num_missing,
      ...none,
      ...(count > 0 && min !== undefined && max !== undefined && { min, max }),
      ...(count > 0 && mean !== undefined && deviation !== undefined && { mean, m2: deviation * deviation * count }),
      ...(bins && { bins }),
    };
  }
  const { num_present: count, num_missing: nulls } = texts?.common ?? { num_present: 0, num_missing: 0 };
  const buckets = texts?.distribution?.categorical?.buckets;
  if (!buckets || buckets.length === 0) return { name, type: 'string', count, nulls, ...none };
  const known = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const pairs = buckets.map((bucket): [string, number] => [bucket.value, bucket.count]);
  return {
    name,
    type: 'category',
    count,
    nulls,
    ...none,
    categories: cutCategories(pairs, Math.max(0, count - known)),
  };
}
