import type { ColumnProfile } from '../profiles/profile.ts';
import type { FeatureConstraints } from './constraints.ts';

/** What constraints are evaluated on: a window of capture, or another data set. */
export interface Observed {
  readonly rows: number;
  readonly columns: readonly ObservedColumn[];
  /** Columns of the narrowest and of the widest call among those that could not be read for it, if they are not few. */
  readonly width?: { readonly least: number; readonly most: number };
}

export interface ObservedColumn {
  readonly name: string;
  /** Values that are there, of whatever type. */
  readonly present: number;
  readonly missing: number;
  /** Present values of the type that the constraints ask for; absent where that is not known. */
  readonly ofType?: number;
  /** Present values that are among the domains; absent where there are none, or it is not known. */
  readonly inDomain?: number;
  /** Counted over the bins and categories of the reference. */
  readonly profile: ColumnProfile;
}

export interface TypeTally {
  readonly integral: number;
  readonly fractional: number;
  readonly text: number;
}

/** A whole number is also a fractional one, and everything can be a text. */
export function ofInferredType({ integral, fractional, text }: TypeTally, type: string): number | undefined {
  if (type === 'Integral') return integral;
  if (type === 'Fractional') return integral + fractional;
  return type === 'String' ? integral + fractional + text : undefined;
}

export const domainOf = ({ string_constraints }: FeatureConstraints): ReadonlySet<string> | undefined => {
  const domains = string_constraints?.domains ?? [];
  return domains.length > 0 ? new Set(domains) : undefined;
};
