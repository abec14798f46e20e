import type { Check, CheckType } from '../../spec/contract.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';

/** A check with the id it is reported under. */
export type DeclaredCheck = Check & { readonly id: string };
export type CheckOf<T extends CheckType> = Extract<DeclaredCheck, { type: T }>;

/**
 * Every check of `data.checks` in its order, then those that columns make: `null-share:<column>` of `maxNullShare` and
 * `unseen-share:<column>` of `maxUnseenShare`. One of `data.checks` that has such an id stands in for the column's.
 * `data.minRows` is no check: it is part of the verdict on rows.
 */
export function declaredChecks(spec: ModelSpec): DeclaredCheck[] {
  const written = spec.data.checks.map((check): DeclaredCheck => ({ ...check, id: check.id ?? defaultId(check) }));
  const taken = new Set(written.map(({ id }) => id));
  return [...written, ...columnChecks(spec).filter(({ id }) => !taken.has(id))];
}

function columnChecks(spec: ModelSpec): DeclaredCheck[] {
  return spec.data.columns.flatMap(({ name: column, nullable, values, maxNullShare, maxUnseenShare }) => {
    const made: Check[] = [];
    if (nullable && maxNullShare !== undefined)
      made.push({ type: 'null-share', severity: 'error', column, max: maxNullShare });
    if (values && maxUnseenShare !== undefined)
      made.push({ type: 'unseen-share', severity: 'error', column, max: maxUnseenShare });
    return made.map((check): DeclaredCheck => ({ ...check, id: defaultId(check) }));
  });
}

const defaultId = (check: Check): string => ('column' in check ? `${check.type}:${check.column}` : check.type);
