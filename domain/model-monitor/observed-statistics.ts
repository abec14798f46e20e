import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import { rebinned } from './buckets.ts';
import type { Constraints } from './constraints.ts';
import { domainOf, type Observed, ofInferredType } from './observed.ts';
import { profileOfStatistics } from './reference-profile.ts';
import type { Statistics } from './statistics.ts';

/**
 * What a profile tells of a data set, over the bins of the reference: other bins are spread evenly over those, so that a
 * distance then carries their width as an error. Types are not known, and values of texts only where they are counted.
 */
export function observedOfProfile({ rows, columns }: Profile, reference: Profile, constraints: Constraints): Observed {
  const references = new Map(reference.columns.map((column) => [column.name, column]));
  const asked = new Map(constraints.features.map((feature) => [feature.name, feature]));
  return {
    rows,
    columns: columns.map((column) => {
      const feature = asked.get(column.name);
      const domain = feature && domainOf(feature);
      const values = column.categories?.values ?? [];
      const known = values.reduce((sum, [value, count]) => sum + (domain?.has(value) ? count : 0), 0);
      return {
        name: column.name,
        present: column.count + column.infinities,
        missing: column.nulls + column.nans,
        ...(domain && column.categories && { inDomain: known }),
        profile: overReference(column, references.get(column.name)),
      };
    }),
  };
}

/** What `statistics.json` tells: a column is wholly of its inferred type. */
export function observedOfStatistics(statistics: Statistics, reference: Profile, constraints: Constraints): Observed {
  const observed = observedOfProfile(profileOfStatistics(statistics), reference, constraints);
  const asked = new Map(constraints.features.map((feature) => [feature.name, feature.inferred_type]));
  const columns = observed.columns.map((column, i) => {
    const seen = statistics.features[i]?.inferred_type;
    const tally = { integral: 0, fractional: 0, text: 0 };
    if (seen === 'Integral') tally.integral = column.present;
    else if (seen === 'Fractional') tally.fractional = column.present;
    else if (seen === 'String') tally.text = column.present;
    else return column;
    const ofType = ofInferredType(tally, asked.get(column.name) ?? 'Unknown');
    return { ...column, ...(ofType !== undefined && { ofType }) };
  });
  return { ...observed, columns };
}

function overReference(column: ColumnProfile, reference: ColumnProfile | undefined): ColumnProfile {
  const { bins, categories, ...rest } = column;
  if (reference?.bins && bins) return { ...rest, bins: rebinned(column, reference.bins.edges) };
  if (reference?.categories && categories) {
    const counts = new Map(categories.values);
    const values = reference.categories.values.map(([value]): [string, number] => [value, counts.get(value) ?? 0]);
    const known = values.reduce((sum, [, count]) => sum + count, 0);
    return { ...rest, categories: { values, other: column.count - known } };
  }
  return rest;
}
