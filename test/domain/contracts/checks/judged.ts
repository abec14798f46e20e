import type { Figures } from '../../../../domain/contracts/checks/finding.ts';
import { declaredChecks, judgeChecks } from '../../../../domain/contracts/checks/judge-checks.ts';
import { type HistoryEntry, ValidationContext } from '../../../../domain/contracts/context.ts';
import type { CheckOutcome } from '../../../../domain/contracts/judgement.ts';
import { profiledColumns } from '../../../../domain/profiles/columns.ts';
import type { Profile } from '../../../../domain/profiles/profile.ts';
import { ProfileAccumulator } from '../../../../domain/profiles/profile-accumulator.ts';
import { aModelSpec, type Overrides } from '../../../fixtures/builders.ts';

export const AT = '2026-03-02T00:00:00.000Z';

export interface Case {
  readonly figures?: Partial<Figures>;
  readonly context?: Partial<ValidationContext>;
  /** Of the spec `churn`. */
  readonly overrides?: Overrides;
}

/** The one outcome of a spec with this check alone. */
export function judgedCheck(check: object, { figures = {}, context = {}, overrides = {} }: Case = {}): CheckOutcome {
  const { data = {}, ...rest } = overrides as { data?: Overrides };
  const spec = aModelSpec({ ...rest, data: { ...data, checks: [check] } });
  const all = { rows: 0, measures: {}, ...figures };
  const outcomes = judgeChecks(declaredChecks(spec), all, spec, ValidationContext.parse({ at: AT, ...context }));
  const [outcome] = outcomes;
  if (!outcome || outcomes.length > 1) throw new Error(`${outcomes.length} outcomes`);
  return outcome;
}

/** Of rows of the spec `churn`, each given as some of its cells. */
export function churnProfile(rows: readonly Readonly<Record<string, unknown>>[]): Profile {
  const columns = profiledColumns(aModelSpec());
  return new ProfileAccumulator(columns).add(rows.map((row) => columns.map(({ name }) => row[name]))).profile();
}

/** Versions of so many rows, newest first. */
export const versionsOf = (rows: readonly number[]): HistoryEntry[] =>
  rows.map((count, i) => ({ dataset: rows.length - i, rows: count, at: AT }));

/** Versions with these values of `spend`, newest first. */
export const versionsWith = (spends: readonly (readonly (number | null)[])[]): HistoryEntry[] =>
  spends.map((values, i) => ({
    dataset: spends.length - i,
    rows: values.length,
    at: AT,
    profile: churnProfile(values.map((spend) => ({ spend }))),
  }));
