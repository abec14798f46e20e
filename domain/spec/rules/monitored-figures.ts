import type { SpecDraft } from '../draft.ts';
import { oneOf } from '../issues.ts';
import { LIVE_METRICS } from '../monitoring.ts';
import type { Path, Report } from '../problem.ts';
import { boundRules } from './bounds.ts';
import { columnsByName } from './data.ts';

/** Live quality and bias are of the task, between bounds that leave room, and of groups there can be. */
export function monitoredFigureRules(draft: SpecDraft, report: Report): void {
  const { task, monitoring } = draft;
  if (!monitoring) return;
  const { quality, bias = [], segments = [] } = monitoring;
  if (quality) {
    const known: readonly string[] | undefined = task && LIVE_METRICS[task];
    const metric = quality.metric ?? known?.[0];
    const path = ['monitoring', 'quality'];
    if (metric !== undefined && known && !known.includes(metric))
      report([...path, 'metric'], `is no live metric of a ${task} task`, metric, oneOf(known));
    else boundRules({ ...quality, metric }, path, report);
  }
  for (const [i, each] of bias.entries()) {
    if (!each) continue;
    const path = ['monitoring', 'bias', i];
    if (task !== undefined && task !== 'binary')
      report(path, `does not go with a ${task} task`, each, 'bias of binary tasks only');
    boundRules(each, path, report);
    capturedRule(draft, each.column, [...path, 'column'], report);
    groupRules(draft, each.column, each.disadvantaged, [...path, 'disadvantaged'], report);
  }
  for (const [i, name] of segments.entries()) {
    const path = ['monitoring', 'segments', i];
    if (name === undefined) continue;
    capturedRule(draft, name, path, report);
    if (segments.indexOf(name) < i) report(path, 'is there twice', name, 'each column once');
    else if (name === draft.data?.id)
      report(path, 'is the id, whose values are of one row each', name, 'another column');
  }
}

/** Groups are told apart by values that were captured. */
function capturedRule(draft: SpecDraft, name: string | undefined, path: Path, report: Report): void {
  const redacted = draft.monitoring?.capture?.redact ?? [];
  if (name !== undefined && redacted.includes(name))
    report(path, 'is in monitoring.capture.redact, so that its values are not captured', name, 'a captured column');
}

/** The disadvantaged are values of the column, and leave somebody to compare with. */
function groupRules(
  draft: SpecDraft,
  name: string | undefined,
  disadvantaged: readonly (string | undefined)[] | undefined,
  path: Path,
  report: Report,
): void {
  const column = name === undefined ? undefined : columnsByName(draft)?.get(name);
  const values = column && 'values' in column ? column.values : undefined;
  if (!values || !disadvantaged) return;
  const known = values.filter((value) => value !== undefined);
  for (const [i, value] of disadvantaged.entries())
    if (value !== undefined && !known.includes(value))
      report([...path, i], `is no value of ${name}`, value, oneOf(known));
  if (known.every((value) => disadvantaged.includes(value)))
    report(path, `names every value of ${name}`, disadvantaged, 'values that leave others to compare with');
}
