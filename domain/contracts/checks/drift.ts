import { measureColumn } from '../../monitoring/column-drift.ts';
import { concludeColumns, driftSentences } from '../../monitoring/drift.ts';
import { bySeverity, type FeatureDrift } from '../../monitoring/feature-drift.ts';
import type { ColumnProfile } from '../../profiles/profile.ts';
import { featureNames } from '../../spec/model-spec.ts';
import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, figure, insufficientData, rowsText, unavailable } from './finding.ts';

/** Columns named in a message. */
const NAMED = 5;

interface Pair {
  readonly baseline: ColumnProfile;
  readonly live: ColumnProfile;
}

/**
 * Features against what the champion was trained on, as monitoring compares a window with it: a change fails that is
 * both large and significant by Benjamini–Hochberg over all tests of the check, be it of the distribution (by `method`
 * and `threshold`), of the missing share or of values never seen (both by monitoring.missingThreshold).
 *
 * Without `columns` it is about the features that the champion has, too; new ones are named. A column that `columns`
 * names and that cannot be compared makes the check `unavailable`, unless another one fails it.
 *
 * @throws RangeError if the profile was not counted over the baseline's bins
 */
export function drift(check: CheckOf<'drift'>, { figures, spec, context }: CheckInput): Finding {
  const { champion } = context;
  const { profile, rows } = figures;
  if (!champion) return unavailable('there is no champion to compare with');
  const beside = `what version ${champion.version} was trained on`;
  if (rows < check.minRows || !profile)
    return insufficientData(`${rowsText(rows)}; ${check.minRows} are needed to compare them with ${beside}`);

  const names = check.columns ?? featureNames(spec);
  const pairs = names.flatMap((name) => pairOf(name, champion.baseline.features, profile.columns) ?? []);
  const strangers = names.filter((name) => !pairs.some(({ baseline }) => baseline.name === name));
  const left = strangers.length > 0 ? `; not in ${beside}, or of another type there: ${named(strangers)}` : '';
  if (pairs.length === 0) return unavailable(`no column can be compared${left}`);

  const monitoring = { ...spec.monitoring, method: check.method, threshold: check.threshold };
  const measured = pairs.map(({ baseline, live }) => measureColumn(baseline, live, { ...monitoring, skip: false }));
  const found = concludeColumns(measured, monitoring).sort(bySeverity);
  const alarms = found.filter(({ status }) => status === 'alarm');
  if (alarms.length > 0) return failed(alarms, monitoring.missingThreshold, `${left} (beside ${beside})`);
  if (check.columns && strangers.length > 0) return unavailable(`not every column can be compared${left}`);

  const compared = found.filter(({ status }) => status !== 'insufficient_data');
  if (compared.length === 0) return insufficientData(`no column has enough values to be compared with ${beside}`);
  const sparse = found.filter(({ status }) => status === 'insufficient_data').map(({ name }) => name);
  const few = sparse.length > 0 ? `; too few values to compare: ${named(sparse)}` : '';
  return passed(compared, check, `${few}${left} (beside ${beside})`);
}

function pairOf(name: string, baseline: readonly ColumnProfile[], live: readonly ColumnProfile[]): Pair[] | undefined {
  const then = baseline.find((column) => column.name === name);
  const now = live.find((column) => column.name === name);
  return then && now && then.type === now.type ? [{ baseline: then, live: now }] : undefined;
}

/** @param alarms the severest first */
function failed(alarms: readonly FeatureDrift[], missingThreshold: number, rest: string): Finding {
  const worst = alarms[0] as FeatureDrift;
  const told = alarms.slice(0, NAMED).flatMap((alarm) => driftSentences(alarm, missingThreshold));
  const more = alarms.length > NAMED ? ` and ${alarms.length - NAMED} more columns` : '';
  return {
    status: 'failed',
    message: `${told.join('; ')}${more}${rest}`,
    column: worst.name,
    ...worstFigure(worst, missingThreshold),
  };
}

/** The figure of the cause that exceeds its limit most. */
function worstFigure(
  { severity, effect = 0, threshold, missingShare, unseenShare }: FeatureDrift,
  missingThreshold: number,
): Pick<Finding, 'value' | 'max'> {
  if (severity === effect / threshold) return { value: effect, max: threshold };
  const rise = missingShare.window - missingShare.baseline;
  return { value: Math.max(rise, unseenShare.window), max: missingThreshold };
}

function passed(compared: readonly FeatureDrift[], check: CheckOf<'drift'>, rest: string): Finding {
  const most = compared.reduce((a, b) => ((b.effect ?? 0) > (a.effect ?? 0) ? b : a));
  const effect = most.effect ?? 0;
  const chance = effect >= check.threshold ? ', which chance explains' : '';
  const message = `the largest ${check.method} is ${figure(effect)} (${most.name})${chance}; less than ${check.threshold} is allowed, or an insignificant change${rest}`;
  return { status: 'passed', message, value: effect, max: check.threshold };
}

const named = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`;
