import { columnDrafts } from '../../monitoring/assess/column-drafts.ts';
import { weigh } from '../../monitoring/assess/draft.ts';
import { compareColumn } from '../../monitoring/column-drift.ts';
import type { Finding as MonitorFinding } from '../../monitoring/finding.ts';
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

  const { missingThreshold, falseDiscoveryRate } = spec.monitoring;
  const { method, threshold } = check;
  const drafts = pairs.flatMap(({ baseline, live }) =>
    columnDrafts(compareColumn(baseline, live, method), {
      ...{ subject: baseline.name, monitor: 'feature-drift', method, threshold, missingThreshold, rows },
    }),
  );
  const found = weigh(drafts, falseDiscoveryRate);
  const alarms = found.filter(({ status }) => status === 'alarm').sort((a, b) => b.severity - a.severity);
  if (alarms.length > 0) return failed(alarms, `${left} (beside ${beside})`);
  if (check.columns && strangers.length > 0) return unavailable(`not every column can be compared${left}`);

  const distributions = found.filter(({ monitor }) => monitor === 'feature-drift');
  const compared = distributions.filter(({ status }) => status !== 'insufficient_data');
  if (compared.length === 0) return insufficientData(`no column has enough values to be compared with ${beside}`);
  const sparse = distributions.filter(({ status }) => status === 'insufficient_data').map(({ subject }) => subject);
  const few = sparse.length > 0 ? `; too few values to compare: ${named(sparse)}` : '';
  return passed(compared, check, `${few}${left} (beside ${beside})`);
}

function pairOf(name: string, baseline: readonly ColumnProfile[], live: readonly ColumnProfile[]): Pair[] | undefined {
  const then = baseline.find((column) => column.name === name);
  const now = live.find((column) => column.name === name);
  return then && now && then.type === now.type ? [{ baseline: then, live: now }] : undefined;
}

/** @param alarms the severest first */
function failed(alarms: readonly MonitorFinding[], rest: string): Finding {
  const worst = alarms[0] as MonitorFinding;
  const columns = [...new Set(alarms.map(({ subject }) => subject))];
  const told = columns
    .slice(0, NAMED)
    .flatMap((column) => alarms.filter(({ subject }) => subject === column).map(({ message }) => message));
  const more = columns.length > NAMED ? ` and ${columns.length - NAMED} more columns` : '';
  const { value = 0, baseline = 0, threshold: max = 0 } = worst;
  return {
    status: 'failed',
    message: `${told.join('; ')}${more}${rest}`,
    column: worst.subject,
    value: value - baseline,
    max,
  };
}

function passed(compared: readonly MonitorFinding[], check: CheckOf<'drift'>, rest: string): Finding {
  const most = compared.reduce((a, b) => ((b.value ?? 0) > (a.value ?? 0) ? b : a));
  const effect = most.value ?? 0;
  const chance = effect >= check.threshold ? ', which chance explains' : '';
  const message = `the largest ${check.method} is ${figure(effect)} (${most.subject})${chance}; less than ${check.threshold} is allowed, or an insignificant change${rest}`;
  return { status: 'passed', message, value: effect, max: check.threshold };
}

const named = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`;
