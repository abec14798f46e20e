import { durationMs } from '../../duration.ts';
import type { SpecDraft } from '../draft.ts';
import { oneOf, suggestion } from '../issues.ts';
import type { Path, Report } from '../problem.ts';
import { columnsByName } from './data.ts';

/** Largest value a method can give: a higher threshold would never be reached. PSI has no bound. */
export const LARGEST_DRIFT: Readonly<Record<string, number>> = { jensen_shannon: 1, l_infinity: 1 };

export function monitoringRules(draft: SpecDraft, report: Report): void {
  const { monitoring } = draft;
  if (!monitoring) return;
  const { thresholds = {}, threshold, predictionThreshold, persistence, retrain } = monitoring;
  const features = featuresOf(draft);
  for (const name of Object.keys(thresholds))
    if (features && !features.includes(name))
      report(['monitoring', 'thresholds', name], `is no feature${suggestion(name, features)}`, name, oneOf(features));

  named(draft, report);
  const largest = LARGEST_DRIFT[monitoring.method ?? 'psi'];
  const checked: [Path, number | undefined][] = [
    [['monitoring', 'threshold'], threshold],
    [['monitoring', 'predictionThreshold'], predictionThreshold],
    ...Object.entries(thresholds).map(([name, value]): [Path, number | undefined] => [
      ['monitoring', 'thresholds', name],
      value,
    ]),
  ];
  for (const [path, value] of checked)
    if (largest !== undefined && value !== undefined && value > largest)
      report(path, `can never be reached by ${monitoring.method}`, value, `at most ${largest}`);

  const { breaches, of } = persistence ?? {};
  if (breaches !== undefined && of !== undefined && breaches > of)
    report(['monitoring', 'persistence', 'breaches'], 'is more than there are windows', breaches, `at most ${of}`);
  const { maxRunsPerDay, maxRunsPerMonth, every, cooldown } = retrain ?? {};
  if (maxRunsPerDay !== undefined && maxRunsPerMonth !== undefined && maxRunsPerDay > maxRunsPerMonth)
    report(
      ['monitoring', 'retrain', 'maxRunsPerDay'],
      'is above maxRunsPerMonth',
      maxRunsPerDay,
      `at most ${maxRunsPerMonth}`,
    );
  if (every !== undefined && cooldown !== undefined && durationMs(every) < durationMs(cooldown))
    report(['monitoring', 'retrain', 'every'], 'is held back by cooldown', every, `at least ${cooldown}`);
}

/** Columns that have few values, which are the same text in data and in requests. */
const GROUPED = ['category', 'string', 'boolean', 'integer'];

/** What is said of columns is said of columns there are. */
function named(draft: SpecDraft, report: Report): void {
  const { segments = [], bias = [], muted = [], capture } = draft.monitoring ?? {};
  const columns = columnsByName(draft);
  const features = featuresOf(draft);
  const grouped: [Path, string | undefined][] = [
    ...segments.map((name, i): [Path, string | undefined] => [['monitoring', 'segments', i], name]),
    ...bias.map((each, i): [Path, string | undefined] => [['monitoring', 'bias', i, 'column'], each?.column]),
  ];
  for (const [path, name] of grouped) {
    if (name === undefined || !columns) continue;
    const column = columns.get(name);
    const known = [...columns.keys()];
    if (!column) report(path, `is no column${suggestion(name, known)}`, name, oneOf(known));
    else if (name === draft.data?.target) report(path, 'is the target', name, 'another column');
    else if (column.type !== undefined && !GROUPED.includes(column.type))
      report(path, `is a ${column.type}, which has too many values`, name, `a column of type ${GROUPED.join(', ')}`);
  }
  for (const [field, names] of [
    ['muted', muted],
    ['capture', capture?.redact ?? []],
  ] as const)
    for (const [i, name] of names.entries())
      if (features && name !== undefined && !features.includes(name)) {
        const path = field === 'muted' ? ['monitoring', 'muted', i] : ['monitoring', 'capture', 'redact', i];
        report(path, `is no feature${suggestion(name, features)}`, name, oneOf(features));
      }
}

/** Like `featureNames`, of a spec that may be incomplete; undefined if nobody can tell. */
export function featuresOf(draft: SpecDraft): string[] | undefined {
  const { data, training } = draft;
  if (training?.features) return training.features.filter((name) => name !== undefined);
  const columns = columnsByName(draft);
  if (!columns || !data || typeof data.target !== 'string') return undefined;
  const taken = new Set([data.target, data.id, data.timestamp, ...(data.protected ?? []), ...(data.ignored ?? [])]);
  return [...columns.keys()].filter((name) => !taken.has(name));
}
