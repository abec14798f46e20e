import type { Contract, ContractRule } from '../../domain/contracts/contract.ts';
import { type RowCounts, showCell } from '../../domain/contracts/judge.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import type { ColumnProfile, Profile } from '../../domain/profiles/profile.ts';
import { entriesOf, profileFromRow, profileSql, type Query } from '../../domain/profiles/profile-sql.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import { quoteIdentifier } from '../../domain/sql.ts';
import { countedCategories } from './count-categories.ts';
import type { ProfilePlan } from './prepare-profile.ts';
import { COLUMNS_AT_ONCE, type Rows } from './relations.ts';

/** What the pass over all rows tells of a rule. */
export interface RuleCount {
  /** Rows that break it, of a rule for warnings; those that break one for errors are counted where they are set aside. */
  readonly rows: number;
  readonly about?: number;
  /** Smallest and largest cell that broke it; of rules whose rows are not set aside. */
  readonly examples: readonly string[];
}

export interface CountedRows {
  readonly rows: RowCounts;
  /** In the contract's order. */
  readonly rules: readonly RuleCount[];
  /** Lines without a row, by what is wrong with them, where the source marks them. */
  readonly broken: ReadonlyMap<string, number>;
  /** Of the rows that are not set aside. */
  readonly profile: Profile;
  readonly timeRange?: DatasetVersion['timeRange'];
}

export interface Pass {
  readonly contract: Contract;
  readonly rows: Rows;
  readonly plan: ProfilePlan;
  /** Index of the timestamp column, or -1. */
  readonly time: number;
}

/** Columns and rules that one statement looks at. */
interface Part {
  /** Index of the first column. */
  readonly start: number;
  readonly columns: readonly ProfiledColumn[];
  readonly rules: readonly (readonly [index: number, rule: ContractRule])[];
}

interface Group extends Record<string, unknown> {
  readonly __bad: boolean;
}

/** The one pass over all rows: profiles the good rows apart from the bad ones, and counts what rules warn of. */
export async function countRows(query: Query, pass: Pass): Promise<CountedRows> {
  const { contract, plan, rows } = pass;
  const profiles: ColumnProfile[] = [];
  const rules: RuleCount[] = contract.rules.map(() => ({ rows: 0, examples: [] }));
  let counts: RowCounts = { total: 0, bad: 0 };
  let broken: ReadonlyMap<string, number> = new Map();
  let timeRange: DatasetVersion['timeRange'];
  const size = rows.byColumns ? COLUMNS_AT_ONCE : Math.max(plan.columns.length, contract.rules.length, 1);
  for (let start = 0; start < Math.max(plan.columns.length, contract.rules.length); start += size) {
    const columns = plan.columns.slice(start, start + size);
    const indexed = contract.rules.map((rule, index) => [index, rule] as const).slice(start, start + size);
    const part: Part = { start, columns, rules: indexed.filter(([, rule]) => isCountedHere(rule)) };
    if (start > 0 && columns.length + part.rules.length === 0) continue;
    const { good, groups } = await readPart(query, pass, part);
    const badRows = groups.filter(({ __bad }) => __bad).reduce((sum, { n }) => sum + Number(n), 0);
    counts = { total: Number(good.n) + badRows, bad: badRows };
    for (const [index, rule] of part.rules) rules[index] = ruleCount(rule, index, groups);
    profiles.push(...(await countedCategories(query, pass, { start, good, profile: profileFromRow(columns, good) })));
    if (start === 0) {
      broken = new Map(groups.flatMap((group) => entriesOf(group.broken)));
      timeRange = rangeOf(good);
    }
  }
  const profile = { rows: counts.total - counts.bad, columns: profiles };
  return { rows: counts, rules, broken, profile, ...(timeRange && { timeRange }) };
}

const isCountedHere = ({ severity, about }: ContractRule): boolean => severity === 'warn' || about !== undefined;

function rangeOf({ first_ms: first, last_ms: last }: Record<string, unknown>): DatasetVersion['timeRange'] {
  if (first === null || first === undefined) return undefined;
  const instant = (ms: unknown): string => new Date(Number(ms)).toISOString();
  return { from: instant(first), to: instant(last) };
}

async function readPart(query: Query, pass: Pass, part: Part) {
  const groups = (await runPart(query, pass, part)) as Group[];
  const good = groups.find(({ __bad }) => !__bad) ?? (await query(partSql(pass, part, 'none')))[0] ?? {};
  return { good, groups };
}

async function runPart(query: Query, pass: Pass, part: Part): Promise<Record<string, unknown>[]> {
  const tame = part.columns.map((column, i) =>
    column.type === 'timestamp' || pass.contract.finite.has(part.start + i) ? { ...column, tame: true } : column,
  );
  try {
    return await query(partSql(pass, { ...part, columns: tame }, 'all'));
  } catch (error) {
    // a number too large for the variance: once more, with an eye on each value
    if (!(error instanceof Error && /^Out of Range Error/.test(error.message))) throw error;
    return query(partSql(pass, part, 'all'));
  }
}

function partSql(pass: Pass, part: Part, which: 'all' | 'none'): string {
  const { plan, rows, time } = pass;
  const first = part.start === 0;
  const enums = new Map(
    part.columns.flatMap((_, i) => {
      const name = plan.enums.get(part.start + i);
      return name === undefined ? [] : [[i, name] as const];
    }),
  );
  const figures = [
    profileSql(part.columns, enums),
    ...part.rules.flatMap(ruleFigures),
    ...(first && time >= 0 ? ['min(__time) AS first_ms', 'max(__time) AS last_ms'] : []),
    ...(first && rows.isRow !== undefined ? ['histogram(__broken) AS broken'] : []),
  ].join(', ');
  const flagged = flaggedRows(pass, part);
  if (which === 'none') return `SELECT ${figures} FROM (SELECT * FROM ${flagged} LIMIT 0)`;
  return `SELECT __bad, ${figures} FROM ${flagged} GROUP BY __bad`;
}

/** Typed columns under the spec's names, with `__bad` for rows that are set aside, and what rules warn of. */
function flaggedRows({ rows, time }: Pass, { start, columns, rules }: Part): string {
  const isRow = rows.isRow === undefined ? '' : ` AND ${rows.isRow}`;
  // only good rows have nothing but finite values
  const cells = columns.map(({ name, type, tame }, i) => {
    const cell = `t${start + i}`;
    return `${tame && type === 'numeric' ? `CASE WHEN NOT __bad THEN ${cell} END` : cell} AS ${quoteIdentifier(name)}`;
  });
  const flags = rules.flatMap(([i, { bad, about, severity, shown }]) => [
    ...(severity === 'warn' ? [`${bad}${isRow} AS __f${i}`] : []),
    ...(about === undefined ? [] : [`${about}${isRow} AS __a${i}`]),
    ...(severity === 'warn' && shown !== undefined ? [`CASE WHEN ${bad} THEN ${shown} END AS __x${i}`] : []),
  ]);
  const marks = isRow === '' ? [] : ['__broken'];
  const all = [...cells, '__bad', ...marks, ...flags, ...(time < 0 ? [] : [`epoch_ms(t${time}) AS __time`])];
  return `(SELECT ${all.join(', ')} FROM (SELECT *, ${rows.bad} AS __bad FROM ${rows.typed()}))`;
}

function ruleFigures([i, { about, severity, shown }]: Part['rules'][number]): string[] {
  return [
    ...(severity === 'warn' ? [`count_if(__f${i}) AS r${i}`] : []),
    ...(about === undefined ? [] : [`count_if(__a${i}) AS a${i}`]),
    ...(severity === 'warn' && shown !== undefined ? [`min(__x${i}) AS x${i}, max(__x${i}) AS y${i}`] : []),
  ];
}

function ruleCount(rule: ContractRule, i: number, groups: readonly Record<string, unknown>[]): RuleCount {
  const sum = (name: string) => groups.reduce((total, group) => total + Number(group[name] ?? 0), 0);
  const cells = groups.flatMap((group) => [group[`x${i}`], group[`y${i}`]]).filter((cell) => typeof cell === 'string');
  const examples = [...new Set(cells)].sort().filter((_, index, all) => index === 0 || index === all.length - 1);
  return {
    rows: sum(`r${i}`),
    ...(rule.about !== undefined && { about: sum(`a${i}`) }),
    examples: examples.map(showCell),
  };
}
