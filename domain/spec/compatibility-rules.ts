import { durationMs } from '../duration.ts';
import {
  always,
  type Change,
  type ChangeKind,
  compareFields,
  type FieldTable,
  type Judge,
  lowerBound,
  upperBound,
} from './compatibility-fields.ts';
import type { Check, RowRule, Severity } from './contract.ts';
import { showPath } from './problem.ts';

const severity: Judge<Severity> = (_before, after) => (after === 'warn' ? 'widening' : 'narrowing');
const description = always('neutral');

const RULE: FieldTable<RowRule> = {
  id: 'elsewhere',
  expression: always('narrowing', 'rows that kept the earlier one may break this one'),
  /** Absent, the rule is about every row. */
  when: (before, after) => (before === undefined && after !== undefined ? 'widening' : 'narrowing'),
  severity,
  mostly: lowerBound,
  maxRows: upperBound,
  description,
};

/** Rules are told apart by id. One without `expression` changes what a column makes, so it begins from that. */
export function compareRules(before: readonly RowRule[], after: readonly RowRule[]): Change[] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))];
  return ids.flatMap((id): Change[] => {
    const [was, is] = [before, after].map((rules) => rules.find((rule) => rule.id === id));
    const path = ['data', 'rules', id];
    const plain: RowRule = { id, severity: 'error' };
    const ofColumn = was?.expression === undefined && is?.expression === undefined;
    if ((was && is) || ofColumn) {
      const [first, second] = [was ?? plain, is ?? plain];
      return bySeverity(first, second, compareFields(RULE, first, second, path, undefined), path);
    }
    return [cameOrWent(path, was, is)];
  });
}

/** What one file has and the other has not. */
function cameOrWent(
  path: readonly string[],
  was: { severity: Severity } | undefined,
  is: { severity: Severity } | undefined,
): Change {
  const warns = (is ?? was)?.severity === 'warn';
  if (is) return { path: showPath(path), kind: warns ? 'neutral' : 'narrowing', message: 'is new' };
  return { path: showPath(path), kind: warns ? 'neutral' : 'widening', message: 'is gone' };
}

/** A warning refuses nothing: besides its severity, what changes about it is neutral. */
function bySeverity(
  before: { severity: Severity },
  after: { severity: Severity },
  changes: readonly Change[],
  path: readonly string[],
): Change[] {
  if (before.severity === 'error' && after.severity === 'error') return [...changes];
  const own = showPath([...path, 'severity']);
  return changes.map((change) => (change.path === own ? change : { ...change, kind: 'neutral' as ChangeKind }));
}

const base = { type: 'elsewhere', id: 'elsewhere', severity, description } as const;
const otherColumn = always('narrowing', 'another column is judged');

type Strategy = Extract<Check, { type: 'volume' }>['strategy'];

/** Every number of a strategy allows more as it rises. Between strategies there is no order. */
const strategy: Judge<Strategy> = (before, after) => {
  if (before.type !== after.type) return { kind: 'narrowing', why: 'history is judged in another way' };
  const was: Record<string, unknown> = before;
  const rises = Object.entries(after).every(([key, value]) => key === 'type' || Number(value) >= Number(was[key]));
  return rises ? 'widening' : 'narrowing';
};

const history = {
  versions: always('narrowing', 'another stretch of history is looked at'),
  // with less history the check neither passes nor fails
  minVersions: upperBound,
  strategy,
} as const;

const driftColumns: Judge<readonly string[] | undefined> = (before, after) => {
  if (before === undefined) return 'widening';
  const more = after === undefined || after.some((name) => !before.includes(name));
  if (more) return 'narrowing';
  return before.every((name) => after.includes(name)) ? 'neutral' : 'widening';
};

const CHECKS: { readonly [T in Check['type']]: FieldTable<Extract<Check, { type: T }>> } = {
  'row-count': { ...base, min: lowerBound, max: upperBound },
  freshness: { ...base, maxAge: (before, after) => upperBound(durationMs(before), durationMs(after), undefined) },
  'duplicate-rows': { ...base, maxShare: upperBound },
  'null-share': { ...base, column: otherColumn, max: upperBound },
  'unseen-share': { ...base, column: otherColumn, max: upperBound },
  volume: { ...base, ...history },
  statistic: { ...base, ...history, column: otherColumn, statistic: always('narrowing', 'another figure is judged') },
  drift: {
    ...base,
    columns: driftColumns,
    method: always('narrowing', 'distributions are measured in another way'),
    threshold: upperBound,
    // with fewer rows nothing is judged
    minRows: upperBound,
  },
  'label-balance': { ...base, minShare: lowerBound, maxShare: upperBound },
  leakage: { ...base, threshold: upperBound },
  'holdout-overlap': { ...base, maxShare: upperBound },
};

/** Checks without an id are told apart by what they are about, and by their order among those alike. */
export function compareChecks(before: readonly Check[], after: readonly Check[]): Change[] {
  const [old, now] = [byId(before), byId(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((id): Change[] => {
    const [was, is] = [old.get(id), now.get(id)];
    const path = ['data', 'checks', id];
    if (!was || !is) return [cameOrWent(path, was, is)];
    if (was.type !== is.type) return [{ ...cameOrWent(path, undefined, is), message: `is now a ${is.type} check` }];
    const table = CHECKS[is.type] as FieldTable<Check>;
    return bySeverity(was, is, compareFields(table, was, is, path, undefined), path);
  });
}

function byId(checks: readonly Check[]): Map<string, Check> {
  const found = new Map<string, Check>();
  for (const check of checks) {
    const about = [check.type, 'column' in check ? check.column : '', 'statistic' in check ? check.statistic : ''];
    const id = check.id ?? about.filter((part) => part !== '').join(':');
    let name = id;
    for (let n = 2; found.has(name); n++) name = `${id} (${n})`;
    found.set(name, check);
  }
  return found;
}
