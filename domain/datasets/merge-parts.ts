import { compileContract } from '../contracts/contract.ts';
import { ruleOutcome } from '../contracts/judge.ts';
import type { Judgement, RuleOutcome, SourceFacts } from '../contracts/judgement.ts';
import { mergeProfiles, type Profile } from '../profiles/profile.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { PartMeasures } from './sets.ts';

/** A part as far as it counts in the whole. */
export interface PartFigures {
  readonly judgement: Pick<Judgement, 'rows' | 'rules' | 'source' | 'profile' | 'timeRange'>;
  readonly measures: PartMeasures;
}

/** What is known of parts taken together. `rows.bad` counts what was set aside. */
export interface MergedParts {
  readonly rows: { readonly total: number; readonly bad: number };
  /** Without statuses: tolerances are of the whole. */
  readonly rules: ReadonlyMap<string, RuleOutcome>;
  readonly source?: SourceFacts;
  readonly profile?: Profile;
  readonly timeRange?: { readonly from: string; readonly to: string };
  readonly measures: PartMeasures;
}

export const NO_PARTS: MergedParts = { rows: { total: 0, bad: 0 }, rules: new Map(), measures: {} };

const MAX_EXTRA_COLUMNS = 100;

/** Adds one part more: parts come one after the other, and memory stays that of one. */
export function addPart(merged: MergedParts, { judgement, measures }: PartFigures): MergedParts {
  const { rows, rules, source, profile, timeRange } = judgement;
  const profiles = merged.profile && profile ? mergeProfiles(merged.profile, profile) : (merged.profile ?? profile);
  const facts = merged.source && source ? mergeSources(merged.source, source) : (merged.source ?? source);
  const range = merged.timeRange && timeRange ? union(merged.timeRange, timeRange) : (merged.timeRange ?? timeRange);
  return {
    rows: { total: merged.rows.total + rows.total, bad: merged.rows.bad + rows.quarantined },
    rules: addRules(merged.rules, rules),
    measures: addMeasures(merged.measures, measures),
    ...(facts && { source: facts }),
    ...(profiles && { profile: profiles }),
    ...(range && { timeRange: range }),
  };
}

function addRules(all: ReadonlyMap<string, RuleOutcome>, rules: readonly RuleOutcome[]): Map<string, RuleOutcome> {
  const merged = new Map(all);
  for (const rule of rules) {
    const before = merged.get(rule.id);
    merged.set(rule.id, before ? addRule(before, rule) : rule);
  }
  return merged;
}

function addRule(a: RuleOutcome, b: RuleOutcome): RuleOutcome {
  const seen = [...new Set([...a.examples, ...b.examples])].sort();
  return {
    ...a,
    rows: a.rows + b.rows,
    ...(a.about !== undefined && { about: a.about + (b.about ?? 0) }),
    // the smallest and the largest cell, as for a single file
    examples: seen.filter((_, index) => index === 0 || index === seen.length - 1),
  };
}

/** Lines that cannot be read first, the most frequent before the others, then every rule of the contract in its order. */
export function judgedRules(spec: ModelSpec, merged: Pick<MergedParts, 'rows' | 'rules'>): RuleOutcome[] {
  const contract = compileContract(spec, []).rules;
  const ids = new Set(contract.map(({ id }) => id));
  const lines = [...merged.rules.values()].filter(({ id }) => !ids.has(id));
  return [
    ...lines.sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1)),
    ...contract.map((rule) => {
      const { rows = 0, about, examples = [] } = merged.rules.get(rule.id) ?? {};
      return ruleOutcome(rule, { rows, about, examples }, merged.rows.total);
    }),
  ];
}

function mergeSources(a: SourceFacts, b: SourceFacts): SourceFacts {
  const both = (x: readonly string[], y: readonly string[]) => [...new Set([...x, ...y])];
  return {
    ...a,
    extraColumns: both(a.extraColumns, b.extraColumns).slice(0, MAX_EXTRA_COLUMNS),
    missingColumns: both(a.missingColumns, b.missingColumns),
    reordered: a.reordered || b.reordered,
  };
}

type Range = NonNullable<MergedParts['timeRange']>;
/** Instants of one form: their order as text is that of time. */
const union = (a: Range, b: Range): Range => ({
  from: a.from < b.from ? a.from : b.from,
  to: a.to > b.to ? a.to : b.to,
});

function addMeasures(a: PartMeasures, b: PartMeasures): PartMeasures {
  const unseen = addBy(
    a.unseen,
    b.unseen,
    ({ column }) => column,
    (x, y) => ({
      column: x.column,
      present: x.present + y.present,
      unseen: x.unseen + y.unseen,
    }),
  );
  const labels = addBy(
    a.labels,
    b.labels,
    ({ label }) => label,
    (x, y) => ({ label: x.label, rows: x.rows + y.rows }),
  );
  const overlaps = [a.holdoutOverlap, b.holdoutOverlap].filter((count) => count !== undefined);
  return {
    ...(unseen && { unseen }),
    ...(labels && { labels }),
    ...(overlaps.length > 0 && { holdoutOverlap: overlaps.reduce((sum, count) => sum + count, 0) }),
  };
}

function addBy<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  nameOf: (item: T) => string,
  add: (x: T, y: T) => T,
): T[] | undefined {
  if (!a || !b) return a || b ? [...(a ?? b ?? [])] : undefined;
  const other = new Map(b.map((item) => [nameOf(item), item]));
  return a.map((item) => {
    const more = other.get(nameOf(item));
    return more === undefined ? item : add(item, more);
  });
}
