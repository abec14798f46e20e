import { generatedCheckIds, generatedRuleIds, LINE_CODES } from '../../contracts/rule-ids.ts';
import type { SpecDraft } from '../draft.ts';
import { oneOf, suggestion } from '../issues.ts';
import type { Path, Report } from '../problem.ts';
import { type ColumnDraft, requireColumn } from './data.ts';
import { featuresOf, LARGEST_DRIFT } from './monitoring.ts';

type CheckDraft = NonNullable<NonNullable<NonNullable<SpecDraft['data']>['checks']>[number]>;
type Of<T extends string> = Extract<CheckDraft, { type?: T | undefined }>;

const FIGURE_TYPES: readonly unknown[] = ['integer', 'number', 'timestamp'];

/** Rules over the data set as a whole. */
export function checkRules(draft: SpecDraft, report: Report): void {
  const taken = takenIds(draft);
  for (const [index, check] of (draft.data?.checks ?? []).entries()) {
    if (!check) continue;
    const path = ['data', 'checks', index];
    idRules(draft, check, path, taken, report);
    fieldRules(draft, check, path, report);
  }
}

function takenIds(draft: SpecDraft): Map<string, string> {
  const taken = new Map<string, string>();
  for (const id of LINE_CODES) taken.set(id, 'a line that cannot be read');
  for (const id of generatedRuleIds(draft)) taken.set(id, 'a rule that a column makes');
  for (const [index, rule] of (draft.data?.rules ?? []).entries())
    if (typeof rule?.id === 'string' && !taken.has(rule.id)) taken.set(rule.id, `data.rules[${index}]`);
  return taken;
}

function idRules(draft: SpecDraft, check: CheckDraft, path: Path, taken: Map<string, string>, report: Report): void {
  const given = typeof check.id === 'string' ? check.id : undefined;
  const column = 'column' in check ? check.column : undefined;
  const own = column === undefined ? check.type : `${check.type}:${column}`;
  const id = given ?? own;
  if (id === undefined) return;
  const other = taken.get(id);
  const message = given === undefined ? `is missing: ${id} is the id of ${other}` : `is the id of ${other}, too`;
  if (other !== undefined) report([...path, 'id'], message, given, 'an id of its own');
  else taken.set(id, `data.checks[${path.at(-1) as number}]`);
  // such a check stands in for the column's, so it must be of its kind
  if (id !== own && generatedCheckIds(draft).includes(id))
    report([...path, 'id'], 'is the id of a check that a column makes', id, 'another id');
}

function fieldRules(draft: SpecDraft, check: CheckDraft, path: Path, report: Report): void {
  switch (check.type) {
    case 'row-count':
      if (check.min === undefined && check.max === undefined)
        report(path, 'says neither min nor max', check, 'min, max or both');
      refuseAbove(check.min, check.max, 'min', 'max', path, report);
      break;
    case 'freshness':
      if (draft.data && draft.data.timestamp === undefined)
        report(path, 'needs data.timestamp', check.type, 'a timestamp column in data.timestamp');
      break;
    case 'holdout-overlap':
      if (draft.data && draft.data.id === undefined)
        report(path, 'needs data.id', check.type, 'a column that names a row in data.id');
      break;
    case 'null-share':
    case 'unseen-share':
      shareRules(draft, check, path, report);
      break;
    case 'statistic':
      statisticRules(draft, check, path, report);
      refuseAbove(check.minVersions, check.versions, 'minVersions', 'versions', path, report);
      break;
    case 'volume':
      refuseAbove(check.minVersions, check.versions, 'minVersions', 'versions', path, report);
      break;
    case 'drift':
      driftRules(draft, check, path, report);
      break;
    case 'label-balance':
      balanceRules(draft, check, path, report);
      break;
    default:
  }
}

function refuseAbove(
  low: number | undefined,
  high: number | undefined,
  lowName: string,
  highName: string,
  path: Path,
  report: Report,
): void {
  if (low !== undefined && high !== undefined && low > high)
    report([...path, lowName], `is above ${highName}`, low, `at most ${high}`);
}

const columnOf = (draft: SpecDraft, name: string | undefined, path: Path, report: Report): ColumnDraft | undefined =>
  name === undefined ? undefined : requireColumn(draft, [...path, 'column'], name, report);

function shareRules(draft: SpecDraft, check: Of<'null-share'> | Of<'unseen-share'>, path: Path, report: Report): void {
  const column = columnOf(draft, check.column, path, report);
  if (!column) return;
  if (check.type === 'null-share' && column.nullable !== true)
    report([...path, 'column'], 'is not nullable: rows without it are set aside', check.column, 'a nullable column');
  if (check.type === 'unseen-share' && !column.values)
    report([...path, 'column'], 'has no values', check.column, 'a column with values');
}

function statisticRules(draft: SpecDraft, check: Of<'statistic'>, path: Path, report: Report): void {
  const column = columnOf(draft, check.column, path, report);
  if (column?.type === undefined || check.statistic === undefined || check.statistic === 'nullShare') return;
  if (!FIGURE_TYPES.includes(column.type))
    report([...path, 'statistic'], `does not go with a ${column.type} column`, check.statistic, 'nullShare');
}

function driftRules(draft: SpecDraft, check: Of<'drift'>, path: Path, report: Report): void {
  const features = featuresOf(draft);
  const seen = new Set<string>();
  for (const [index, name] of (check.columns ?? []).entries()) {
    if (name === undefined) continue;
    if (features && !features.includes(name))
      report([...path, 'columns', index], `is no feature${suggestion(name, features)}`, name, oneOf(features));
    else if (seen.has(name)) report([...path, 'columns', index], 'names a feature twice', name, 'each feature once');
    seen.add(name);
  }
  const largest = LARGEST_DRIFT[check.method ?? 'psi'];
  if (largest !== undefined && check.threshold !== undefined && check.threshold > largest)
    report([...path, 'threshold'], `can never be reached by ${check.method}`, check.threshold, `at most ${largest}`);
}

function balanceRules(draft: SpecDraft, check: Of<'label-balance'>, path: Path, report: Report): void {
  if (draft.task === 'regression') {
    report(path, 'does not go with a regression task', check.type, 'a binary or multiclass task');
    return;
  }
  refuseAbove(check.minShare, check.maxShare, 'minShare', 'maxShare', path, report);
  const classes = draft.classes?.length ?? (draft.task === 'binary' ? 2 : undefined);
  if (classes === undefined) return;
  const even = 1 / classes;
  if (check.minShare !== undefined && check.minShare > even)
    report([...path, 'minShare'], `cannot be had by each of ${classes} classes`, check.minShare, `at most ${even}`);
  if (check.maxShare !== undefined && check.maxShare < even)
    report([...path, 'maxShare'], `cannot be kept by each of ${classes} classes`, check.maxShare, `at least ${even}`);
}
