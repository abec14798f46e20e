import type { ValidationContext } from '../contracts/context.ts';
import type { Judgement } from '../contracts/judgement.ts';
import { profiledColumns } from '../profiles/columns.ts';
import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { SetContext } from './sets.ts';

/** Reasons of a part without rows: writers leave such parts behind, and they change nothing. */
const WITHOUT_ROWS: readonly string[] = ['empty', 'no-rows'];
/** Bins of a column that had no value to suit bins to: what is negative or nothing, and the rest. */
const NO_EDGES = [0];

/**
 * The contract of one object of a set: rules over rows as they are, and nothing that is a matter of the whole: shares,
 * tolerances, least rows and checks.
 */
export function partSpec(spec: ModelSpec): ModelSpec {
  const { data } = spec;
  return {
    ...spec,
    data: {
      ...data,
      columns: data.columns.map(({ maxNullShare: _, ...column }) => ({
        ...column,
        // without it, rows with other values would be bad
        ...(column.maxUnseenShare !== undefined && { maxUnseenShare: 1 }),
      })),
      rules: data.rules.map(({ mostly: _mostly, maxRows: _maxRows, ...rule }) => rule),
      checks: [],
      minRows: 1,
      maxQuarantineShare: 1,
    },
  };
}

/** What a part is judged in: the same bins as every other part. */
export function partContext({ context, reference }: SetContext): ValidationContext {
  const history = [{ dataset: 0, rows: reference.rows, at: context.at, profile: reference }];
  const { champion } = context;
  if (!champion) return { ...context, history };
  // a feature that never had a value has no bins to give
  const features = champion.baseline.features.filter(({ type, bins }) => type !== 'numeric' || bins);
  return { ...context, history, champion: { ...champion, baseline: { ...champion.baseline, features } } };
}

/** Whether a part can be read at all. One without rows can. */
export const isReadable = ({ profile, reasons }: Pick<Judgement, 'profile' | 'reasons'>): boolean =>
  profile !== undefined || reasons.every(({ code }) => WITHOUT_ROWS.includes(code));

/** Columns whose bins nothing fixes yet: neither the champion's baseline nor the newest version with a profile. */
export function columnsWithoutBins(spec: ModelSpec, context: ValidationContext): string[] {
  const baseline = context.champion ? [...context.champion.baseline.features, context.champion.baseline.label] : [];
  const newest = context.history.find(({ profile }) => profile)?.profile?.columns ?? [];
  const fixed = new Set(
    [...baseline, ...newest].flatMap(({ name, type, bins }) => (type === 'numeric' && bins ? [name] : [])),
  );
  return profiledColumns(spec).flatMap(({ name, type }) => (type === 'numeric' && !fixed.has(name) ? [name] : []));
}

/**
 * A profile that fixes the bins of every numeric column.
 * @param glance profile of a part, counted in the set's context; absent if no part has rows, or none is needed
 */
export function referenceProfile(spec: ModelSpec, context: ValidationContext, glance: Profile | undefined): Profile {
  const newest = context.history.find(({ profile }) => profile)?.profile;
  const known = new Map((glance ?? newest)?.columns.map((column) => [column.name, column]));
  const columns = profiledColumns(spec).map(({ name, type }): ColumnProfile => {
    const column = known.get(name);
    const empty = { name, type, count: 0, nulls: 0, nans: 0, infinities: 0 };
    if (type !== 'numeric') return empty;
    const edges = column?.type === type ? column.bins?.edges : undefined;
    return { ...empty, bins: { edges: edges ?? NO_EDGES, counts: Array((edges ?? NO_EDGES).length + 1).fill(0) } };
  });
  return { rows: 0, columns };
}

/** Parts to glance at, best first: large ones have rows enough to suit bins to, but not so large that it takes long. */
export function partsToGlanceAt<T extends { readonly size: number }>(parts: readonly T[], most: number): T[] {
  const fitting = parts.filter(({ size }) => size > 0 && size <= GLANCE_BYTES).sort((a, b) => b.size - a.size);
  const others = parts.filter(({ size }) => size > GLANCE_BYTES).sort((a, b) => a.size - b.size);
  return [...fitting, ...others].slice(0, most);
}
const GLANCE_BYTES = 256 * 1024 ** 2;
