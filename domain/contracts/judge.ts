import type { Reason } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';
import type { ContractRule } from './contract.ts';
import type { Judgement, RuleOutcome } from './judgement.ts';

export interface RowCounts {
  /** Records after the header, broken ones too. */
  readonly total: number;
  /** Set aside. */
  readonly bad: number;
}

type Verdict = Pick<Judgement, 'verdict' | 'reasons' | 'warnings'>;

const EXAMPLE_CHARACTERS = 60;

/**
 * Bad rows are set aside up to a share of the upload and up to each rule's tolerance; more, too few good ones, or a
 * failed check, and all of it is refused.
 */
export function judge(
  data: Pick<DataSpec, 'maxQuarantineShare' | 'minRows'>,
  { total, bad }: RowCounts,
  rules: readonly RuleOutcome[],
  checks: { readonly reasons: readonly Reason[]; readonly warnings: readonly Reason[] },
): Verdict {
  const broken = rules.filter(({ rows }) => rows > 0);
  const errors = broken.filter(({ severity }) => severity === 'error');
  const warnings = [
    ...broken.filter(({ severity, status }) => severity === 'warn' && status === 'broken').map(reasonOf),
    ...checks.warnings,
  ];
  const refusals = [
    ...refusalsByCount(data, { total, bad }),
    ...errors.filter(({ status }) => status === 'broken').flatMap((rule) => beyondTolerance(rule, total)),
    ...(total > 0 ? checks.reasons : []),
  ];
  const reasons = [...refusals, ...errors.map(reasonOf)];
  if (refusals.length > 0) return { verdict: 'rejected', reasons, warnings };
  return { verdict: bad > 0 ? 'accepted-with-quarantine' : 'accepted', reasons, warnings };
}

function refusalsByCount(
  { maxQuarantineShare, minRows }: Pick<DataSpec, 'maxQuarantineShare' | 'minRows'>,
  { total, bad }: RowCounts,
): Reason[] {
  if (total === 0) return [{ code: 'no-rows', message: 'there is a header but no row' }];
  const share = bad / total;
  if (share > maxQuarantineShare) {
    const message = `${bad} of ${total} rows are bad (${percent(share)}); at most ${percent(maxQuarantineShare)} may be`;
    return [{ code: 'too-many-bad-rows', message, rows: bad }];
  }
  const good = total - bad;
  if (good >= minRows) return [];
  return [{ code: 'too-few-rows', message: `${good} good rows, but at least ${minRows} are needed`, rows: good }];
}

/** `tolerated` needs a tolerance: a rule without one is broken by its first row, though not yet the data set. */
export function ruleStatus(
  { mostly, maxRows }: { mostly?: number | undefined; maxRows?: number | undefined },
  rows: number,
  about: number,
): RuleOutcome['status'] {
  if (rows === 0) return 'kept';
  if (mostly === undefined && maxRows === undefined) return 'broken';
  // 0.07 of 100 rows is a trifle more than 7 in doubles
  const enough = mostly === undefined || about - rows >= mostly * about * (1 - 1e-12);
  return enough && (maxRows === undefined || rows <= maxRows) ? 'tolerated' : 'broken';
}

/** @param total rows the rule is about, unless `about` says how many */
export function ruleOutcome(
  rule: ContractRule,
  { rows, about, examples }: Pick<RuleOutcome, 'rows' | 'about' | 'examples'>,
  total: number,
): RuleOutcome {
  const { id, code, column, message, severity, when, mostly, maxRows } = rule;
  return {
    id,
    code,
    ...(column !== undefined && { column }),
    message,
    severity,
    ...(when !== undefined && { when }),
    rows,
    ...(about !== undefined && { about }),
    ...(mostly !== undefined && { mostly }),
    ...(maxRows !== undefined && { maxRows }),
    status: ruleStatus(rule, rows, about ?? total),
    examples,
  };
}

function beyondTolerance({ id, code, column, rows, about, mostly, maxRows }: RuleOutcome, total: number): Reason[] {
  if (mostly === undefined && maxRows === undefined) return [];
  const of = about ?? total;
  const allowed = [
    ...(mostly === undefined ? [] : [`${percent(mostly)} must keep it`]),
    ...(maxRows === undefined ? [] : [`at most ${maxRows} may break it`]),
  ].join(' and ');
  const message = `${id}: ${rows} of ${of} rows break it (${percent(rows / of)}); ${allowed}`;
  return [{ code: `${code}-beyond-tolerance`, message, ...(column !== undefined && { column }), rows }];
}

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

function reasonOf({ id, code, message, column, rows, examples }: RuleOutcome): Reason {
  // all rules with an expression have one code; only the id tells them apart
  const what = code === 'rule-broken' ? `${id}: ${message}` : message;
  const seen = examples.length > 0 ? `; seen ${examples.map((example) => JSON.stringify(example)).join(', ')}` : '';
  return { code, message: `${what}${seen}`, ...(column !== undefined && { column }), rows };
}

/** A cell short enough to show. */
export function showCell(cell: string): string {
  const characters = [...cell.slice(0, 2 * EXAMPLE_CHARACTERS + 2)];
  return characters.length > EXAMPLE_CHARACTERS ? `${characters.slice(0, EXAMPLE_CHARACTERS).join('')}…` : cell;
}
