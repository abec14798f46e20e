import { anyOf, type Contract, type ContractRule } from '../../domain/contracts/contract.ts';
import { type RowCounts, showCell } from '../../domain/contracts/judge.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import type { ColumnProfile, Profile } from '../../domain/profiles/profile.ts';
import { entriesOf, profileFromRow, profileSql, type Query } from '../../domain/profiles/profile-sql.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import { quoteIdentifier } from '../../domain/sql.ts';
import { timeRange } from '../../domain/timestamps.ts';
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
  /** True for the rows that are set aside, by the conditions that hold for any: the others need not be looked at again. */
  readonly bad: string;
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

/** The one pass over all rows: profiles the good rows apart from the bad ones, and counts what rules warn of. */
export async function countRows(query: Query, pass: Pass): Promise<CountedRows> {
  const { contract, plan, rows } = pass;
  const profiles: ColumnProfile[] = [];
  const rules: RuleCount[] = contract.rules.map(() => ({ rows: 0, examples: [] }));
  let counts: RowCounts = { total: 0, bad: 0 };
  let broken: ReadonlyMap<string, number> = new Map();
  let range: DatasetVersion['timeRange'];
  let bad = rows.bad;
  const size = rows.byColumns ? COLUMNS_AT_ONCE : Math.max(plan.columns.length, contract.rules.length, 1);
  for (let start = 0; start < Math.max(plan.columns.length, contract.rules.length); start += size) {
    const columns = plan.columns.slice(start, start + size);
    const indexed = contract.rules.map((rule, index) => [index, rule] as const).slice(start, start + size);
    const part: Part = { start, columns, rules: indexed.filter(([, rule]) => isCountedHere(rule)) };
    if (start > 0 && columns.length + part.rules.length === 0) continue;
    const row = await readPart(query, pass, part);
    counts = { total: Number(row.all_rows), bad: Number(row.all_rows) - Number(row.n) };
    for (const [index, rule] of part.rules) rules[index] = ruleCount(rule, index, row);
    profiles.push(...(await countedCategories(query, pass, { start, row, profile: profileFromRow(columns, row) })));
    if (start === 0) {
      broken = new Map(entriesOf(row.broken));
      range = timeRange(row.first_ms, row.last_ms);
      bad = badAgain(pass, row);
    }
  }
  const profile = { rows: counts.total - counts.bad, columns: profiles };
  return { rows: counts, rules, broken, profile, bad, ...(range && { timeRange: range }) };
}

/** More conditions are not told apart: each takes a column of its own. */
const CONDITIONS_TOLD = 100;
const toldApart = ({ contract, rows }: Pass): readonly string[] =>
  rows.byColumns || contract.conditions.length > CONDITIONS_TOLD ? [] : contract.conditions;

function badAgain(pass: Pass, row: Record<string, unknown>): string {
  const told = toldApart(pass);
  const held = told.filter((_, i) => row[`held${i}`] === true);
  return told.length === 0 ? pass.rows.bad : pass.rows.badBy(anyOf(held));
}

const isCountedHere = ({ severity, about }: ContractRule): boolean => severity === 'warn' || about !== undefined;

async function readPart(query: Query, pass: Pass, part: Part): Promise<Record<string, unknown>> {
  const tame = part.columns.map((column, i) =>
    column.type === 'timestamp' || pass.contract.finite.has(part.start + i) ? { ...column, tame: true } : column,
  );
  try {
    return (await query(partSql(pass, { ...part, columns: tame })))[0] ?? {};
  } catch (error) {
    // a number too large for the variance: once more, with an eye on each value
    if (!(error instanceof Error && /^Out of Range Error/.test(error.message))) throw error;
    return (await query(partSql(pass, part)))[0] ?? {};
  }
}

function partSql(pass: Pass, part: Part): string {
  const { plan, rows, time } = pass;
  const first = part.start === 0;
  const names = part.columns.map((_, i) => [i, plan.enums.get(part.start + i)] as const);
  const enums = new Map(names.flatMap(([i, name]) => (name === undefined ? [] : [[i, name]])));
  const figures = [
    'count(*) AS all_rows',
    profileSql(part.columns, { enums, rows: 'count_if(NOT __bad)' }),
    ...part.rules.flatMap(ruleFigures),
    ...(first ? toldApart(pass).map((_, i) => `bool_or(__c${i}) AS held${i}`) : []),
    ...(first && time >= 0 ? ['min(__time) AS first_ms', 'max(__time) AS last_ms'] : []),
    ...(first && rows.isRow !== undefined ? ['histogram(__broken) AS broken'] : []),
  ];
  return `SELECT ${figures.join(', ')} FROM ${flaggedRows(pass, part)}`;
}

/**
 * Typed columns under the spec's names, NULL in rows that are set aside, which `__bad` tells, and what rules warn of. Two
 * groups would say the same, but a group takes room for all its figures times 2,048.
 */
function flaggedRows(pass: Pass, { start, columns, rules }: Part): string {
  const { rows, time } = pass;
  const isRow = rows.isRow === undefined ? '' : ` AND ${rows.isRow}`;
  const good = (cell: string) => `CASE WHEN NOT __bad THEN ${cell} END`;
  const cells = columns.map(({ name }, i) => `${good(`t${start + i}`)} AS ${quoteIdentifier(name)}`);
  const flags = rules.flatMap(([i, { bad, about, severity, shown }]) => [
    ...(severity === 'warn' ? [`${bad}${isRow} AS __f${i}`] : []),
    ...(about === undefined ? [] : [`${about}${isRow} AS __a${i}`]),
    ...(severity === 'warn' && shown !== undefined ? [`CASE WHEN ${bad} THEN ${shown} END AS __x${i}`] : []),
  ]);
  const more = [
    ...(isRow === '' ? [] : ['__broken']),
    ...(time < 0 ? [] : [`epoch_ms(${good(`t${time}`)}) AS __time`]),
  ];
  const told = toldApart(pass).map((condition, i) => `${condition} AS __c${i}`);
  const names = told.map((_, i) => `__c${i}`);
  const all = [...cells, '__bad', ...names, ...more, ...flags].join(', ');
  if (told.length === 0) return `(SELECT ${all} FROM (SELECT *, ${rows.bad} AS __bad FROM ${rows.typed()}))`;
  const conditions = `(SELECT *, ${told.join(', ')} FROM ${rows.typed()})`;
  return `(SELECT ${all} FROM (SELECT *, ${rows.badBy(anyOf(names))} AS __bad FROM ${conditions}))`;
}

function ruleFigures([i, { about, severity, shown }]: Part['rules'][number]): string[] {
  return [
    ...(severity === 'warn' ? [`count_if(__f${i}) AS r${i}`] : []),
    ...(about === undefined ? [] : [`count_if(__a${i}) AS a${i}`]),
    ...(severity === 'warn' && shown !== undefined ? [`min(__x${i}) AS x${i}, max(__x${i}) AS y${i}`] : []),
  ];
}

function ruleCount({ about }: ContractRule, i: number, row: Record<string, unknown>): RuleCount {
  const cells = [row[`x${i}`], row[`y${i}`]].filter((cell) => typeof cell === 'string');
  return {
    rows: Number(row[`r${i}`] ?? 0),
    ...(about !== undefined && { about: Number(row[`a${i}`]) }),
    examples: [...new Set(cells)].map(showCell),
  };
}
