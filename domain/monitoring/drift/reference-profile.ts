import { type ColumnProfile, Profile } from '../../profiles/profile.ts';
import { ProfileFile } from '../../profiles/profile-file.ts';
import { relativeImportances } from '../assess/column-monitors.ts';
import { Baseline, DraftBaseline } from '../baseline.ts';

/** A stored profile that a side of a comparison can be. */
export interface StoredProfile {
  readonly kind: 'profile' | 'baseline';
  readonly profile: { readonly rows: number; readonly columns: readonly ColumnProfile[] };
  /** Of a model's features, relative to their mean, where a baseline tells. */
  readonly importances: ReadonlyMap<string, number>;
}

/**
 * A profile file, the profile of a data set version, or the baseline of a model version.
 *
 * @returns undefined for a document that is none of them
 * @throws Error for one that says it is, and is not
 */
export function storedProfile(document: unknown): StoredProfile | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  if ('kind' in document && document.kind === 'millrace-profile') {
    const parsed = ProfileFile.safeParse(document);
    if (parsed.success) return { kind: 'profile', profile: parsed.data, importances: new Map() };
    const [issue] = parsed.error.issues;
    throw new Error(`no profile Millrace can read: ${issue?.path.map(String).join('.')}: ${issue?.message}`);
  }
  const baseline = Baseline.safeParse(document);
  if (baseline.success) {
    const { rows, features: columns, importances } = baseline.data;
    return { kind: 'baseline', profile: { rows, columns }, importances: relativeImportances(columns, importances) };
  }
  const draft = DraftBaseline.safeParse(document);
  if (draft.success) {
    const { rows, features: columns } = draft.data;
    return { kind: 'baseline', profile: { rows, columns }, importances: new Map() };
  }
  const profile = Profile.safeParse(document);
  return profile.success ? { kind: 'profile', profile: profile.data, importances: new Map() } : undefined;
}
