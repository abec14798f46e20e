import { patternProblem } from '../../contracts/re2.ts';
import { nearest } from '../../nearest.ts';
import type { SpecDraft } from '../draft.ts';
import type { Path, Report } from '../problem.ts';
import type { ColumnDraft } from './data.ts';
import { featuresOf } from './monitoring.ts';

const TEXT_FIELDS = ['minLength', 'maxLength', 'pattern'] as const;

/** What a column asks of its cells beyond range, values and format. */
export function columnContractRules(draft: SpecDraft, report: Report): void {
  for (const [index, column] of (draft.data?.columns ?? []).entries()) {
    if (column?.type === undefined) continue;
    const path = ['data', 'columns', index];
    textRules(column, path, report);
    shareRules(column, path, report);
    notFiniteRules(draft, column, path, report);
    if (column.zone !== undefined) zoneRules(column.type, column.zone, [...path, 'zone'], report);
  }
}

function textRules(column: ColumnDraft, path: Path, report: Report): void {
  const { type, minLength, maxLength, pattern } = column;
  if (type !== 'string' && type !== 'category') {
    for (const field of TEXT_FIELDS)
      if (column[field] !== undefined)
        report([...path, field], `does not go with ${type}`, column[field], 'string or category');
    return;
  }
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    report([...path, 'minLength'], 'is above maxLength', minLength, `at most ${maxLength}`);
  const problem = pattern === undefined ? undefined : patternProblem(pattern);
  if (problem !== undefined)
    report([...path, 'pattern'], problem, pattern, 'RE2 syntax: no lookaround, no backreference');
}

function shareRules({ nullable, maxNullShare, values, maxUnseenShare }: ColumnDraft, path: Path, report: Report): void {
  if (maxNullShare !== undefined && nullable !== true)
    report([...path, 'maxNullShare'], 'needs nullable: true', maxNullShare, 'nothing, or nullable: true besides');
  if (maxUnseenShare !== undefined && values === undefined)
    report([...path, 'maxUnseenShare'], 'needs values', maxUnseenShare, 'nothing, or values besides');
}

function notFiniteRules(draft: SpecDraft, column: ColumnDraft, path: Path, report: Report): void {
  const { name, type } = column;
  for (const field of ['nan', 'infinity'] as const) {
    if (column[field] !== 'allow') continue;
    if (type !== 'number') report([...path, field], `does not go with ${type}`, 'allow', 'number');
    else if (name !== undefined && name === draft.data?.target)
      report([...path, field], 'cannot be allowed: this is the target', 'allow', 'reject');
    else if (field === 'infinity' && name !== undefined && isXgboostFeature(draft, name))
      report([...path, field], 'cannot be allowed: XGBoost refuses infinity in a feature', 'allow', 'reject');
  }
}

const isXgboostFeature = (draft: SpecDraft, name: string): boolean =>
  (draft.training?.algorithm ?? 'xgboost') === 'xgboost' && (featuresOf(draft)?.includes(name) ?? false);

function zoneRules(type: string, zone: string, path: Path, report: Report): void {
  if (type !== 'timestamp') report(path, `does not go with ${type}`, zone, 'timestamp');
  else if (!isZone(zone)) {
    const guess = nearest(zone, Intl.supportedValuesOf('timeZone'));
    const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
    report(path, `is no time zone${hint}`, zone, 'an IANA name such as Europe/Berlin or UTC');
  }
}

/** Intl takes offsets, and names in any case; the engine does not. */
function isZone(zone: string): boolean {
  const known = Intl.supportedValuesOf('timeZone');
  if (known.includes(zone) || zone === 'UTC') return true;
  if (!/^[A-Z]/.test(zone) || known.some((name) => name.toLowerCase() === zone.toLowerCase())) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
