import type { Contract, ContractRule } from '../../domain/contracts/contract.ts';
import { type RowCounts, showCell } from '../../domain/contracts/judge.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import { CATEGORY_LIMIT, type ColumnProfile, cutCategories, type Profile } from '../../domain/profiles/profile.ts';
import { entriesOf, enumCounts, profileFromRow, profileSql, type Query } from '../../domain/profiles/profile-sql.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import { quoteIdentifier } from '../../domain/sql.ts';
import type { ProfilePlan } from './prepare-profile.ts';
import type { Rows } from './relations.ts';

/** How often a rule was broken. */
export interface RuleCount {
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

interface Pass {
  readonly contract: Contract;
  readonly rows: Rows;
  readonly plan: ProfilePlan;
  /** Index of the timestamp column, or -1. */
  readonly time: number;
}

/** The one pass over all rows: counts rules, and profiles the good rows and the bad ones apart. */
export async function countRows(query: Query, pass: Pass): Promise<CountedRows> {
  const { contract, plan } = pass;
  const found = await runPass(query, pass);
  const bad = found.find((row) => row.__bad === true);
  const good = found.find((row) => row.__bad === false) ?? (await query(passSql(pass, plan.columns, 'none')))[0] ?? {};
  const [goodRows, badRows] = [Number(good.n), Number(bad?.n ?? 0)];
  const [first, last] = [good.first_ms, good.last_ms];
  const instant = (ms: unknown): string => new Date(Number(ms)).toISOString();
  return {
    rows: { total: goodRows + badRows, bad: badRows },
    rules: contract.rules.map((rule, i) => ruleCount(rule, i, [good, bad ?? {}])),
    broken: new Map(entriesOf(bad?.broken)),
    profile: await withCategories(query, pass, good),
    ...(first !== null && first !== undefined && { timeRange: { from: instant(first), to: instant(last) } }),
  };
}

async function runPass(query: Query, pass: Pass): Promise<Record<string, unknown>[]> {
  const { contract, plan } = pass;
  const tame = plan.columns.map((column, i) =>
    column.type === 'timestamp' || contract.finite.has(i) ? { ...column, tame: true } : column,
  );
  try {
    return await query(passSql(pass, tame, 'all'));
  } catch (error) {
    // a number too large for the variance: once more, with an eye on each value
    if (!(error instanceof Error && /^Out of Range Error/.test(error.message))) throw error;
    return query(passSql(pass, plan.columns, 'all'));
  }
}

function passSql(pass: Pass, columns: readonly ProfiledColumn[], which: 'all' | 'none'): string {
  const { contract, plan, rows, time } = pass;
  const figures = [
    profileSql(columns, plan.enums),
    ...contract.rules.flatMap(ruleFigures),
    ...(time < 0 ? [] : ['min(__time) AS first_ms', 'max(__time) AS last_ms']),
    ...(rows.isRow === undefined ? [] : ['histogram(__broken) AS broken']),
  ].join(', ');
  const flagged = flaggedRows(pass, columns);
  if (which === 'none') return `SELECT ${figures} FROM (SELECT * FROM ${flagged} LIMIT 0)`;
  return `SELECT __bad, ${figures} FROM ${flagged} GROUP BY __bad`;
}

/**
 * The typed columns under the spec's names, with `__bad` for rows that are set aside, and a column per rule. Which of the
 * rules for errors a row breaks is looked at only where it breaks one: few rows do.
 */
function flaggedRows({ contract, rows, time }: Pass, profiled: readonly ProfiledColumn[]): string {
  const { columns, rules } = contract;
  const isRow = rows.isRow === undefined ? '' : ` AND ${rows.isRow}`;
  // only good rows have nothing but finite values
  const cells = columns.map(({ name }, i) => {
    const tame = profiled[i]?.tame === true && profiled[i]?.type === 'numeric';
    return `${tame ? `CASE WHEN NOT __bad THEN t${i} END` : `t${i}`} AS ${quoteIdentifier(name)}`;
  });
  const flags = rules.flatMap(({ bad: broken, about, severity, shown }, i) => [
    severity === 'error' ? `CASE WHEN __bad${isRow} THEN ${broken} END AS __f${i}` : `${broken}${isRow} AS __f${i}`,
    ...(about === undefined ? [] : [`${about}${isRow} AS __a${i}`]),
    ...(severity === 'warn' && shown !== undefined ? [`CASE WHEN ${broken} THEN ${shown} END AS __x${i}`] : []),
  ]);
  const marks = isRow === '' ? [] : ['__broken'];
  const all = [...cells, '__bad', ...marks, ...flags, ...(time < 0 ? [] : [`epoch_ms(t${time}) AS __time`])];
  return `(SELECT ${all.join(', ')} FROM (SELECT *, ${rows.bad} AS __bad FROM ${rows.typed('store')}))`;
}

function ruleFigures({ about, severity, shown }: ContractRule, i: number): string[] {
  return [
    `count_if(__f${i}) AS r${i}`,
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

/** Categories were counted in the pass as far as they are enumerated; the others take a pass of their own, all at once. */
async function withCategories(query: Query, pass: Pass, good: Record<string, unknown>): Promise<Profile> {
  const { plan } = pass;
  const profile = profileFromRow(plan.columns, good);
  const open: number[] = [];
  const columns = profile.columns.map((column, i): ColumnProfile => {
    if (column.type !== 'category') return column;
    const fixed = plan.columns[i]?.categories;
    const counts = enumCounts(good, i);
    const other = [...counts.values()].reduce((left, count) => left - count, column.count);
    if (fixed) return { ...column, categories: { values: fixed.map((name) => [name, counts.get(name) ?? 0]), other } };
    if (other > 0) open.push(i);
    return { ...column, categories: cutCategories(counts, other) };
  });
  if (open.length === 0) return { rows: profile.rows, columns };
  const found = await query(categoriesSql(pass, open));
  for (const i of open) {
    const column = columns[i] as ColumnProfile;
    const values = found
      .filter((row) => Number(row.c) === i)
      .map((row): [string, number] => [String(row.v), Number(row.n)]);
    const other = values.reduce((left, [, count]) => left - count, column.count);
    columns[i] = { ...column, categories: { values, other } };
  }
  return { rows: profile.rows, columns };
}

/** Rows `{c: index of the column, v: value, n}` of the most frequent values. A GROUP BY spills; histogram() does not. */
function categoriesSql({ rows }: Pass, open: readonly number[]): string {
  const names = open.map((i) => `t${i}`);
  const sets = names.map((name) => `(${name})`).join(', ');
  const which = `CASE ${open.map((i) => `WHEN grouping(t${i}) = 0 THEN ${i}`).join(' ')} END`;
  const grouped = `SELECT ${which} AS c, coalesce(${names.join(', ')}) AS v, count(*) AS n
    FROM (SELECT ${names.join(', ')} FROM ${rows.typed('skip')} WHERE NOT ${rows.bad}) GROUP BY GROUPING SETS (${sets})`;
  return `SELECT c, v, n FROM (${grouped}) WHERE v IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY c ORDER BY n DESC, v) <= ${CATEGORY_LIMIT} ORDER BY c, n DESC, v`;
}
