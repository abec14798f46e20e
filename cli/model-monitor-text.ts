import type { DraftedSpec } from '../domain/model-monitor/draft-spec.ts';
import type { JudgedWindow, JudgedWindows } from '../domain/model-monitor/judge-windows.ts';
import { UNREADABLE } from '../domain/model-monitor/sagemaker-capture.ts';
import { showProblem } from '../domain/spec/problem.ts';
import type { LineCounts } from '../engine/model-monitor/read-capture.ts';
import { printable } from './format.ts';
import { table } from './table.ts';

/** Windows that are listed; the newest count most. */
const SHOWN_WINDOWS = 24;
const SHOWN_VIOLATIONS = 40;
const SHOWN_WIDTHS = 5;

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What each feature's constraints became. */
export function featuresText({ fates, problems }: DraftedSpec): string {
  const rows = table(fates, [
    { title: 'FEATURE', cell: ({ feature }) => feature },
    { title: 'INFERRED', cell: ({ inferredType }) => inferredType },
    { title: 'BECOMES', cell: ({ becomes }) => becomes },
  ]);
  if (problems.length === 0) return rows;
  const list = problems.map((problem) => `  ${printable(showProblem(problem))}`);
  return `${rows}\nmodel.yaml needs a change before it is valid:\n${list.join('\n')}\n`;
}

/** How many lines were read, and why others were not. */
export function linesText(what: string, files: number, { read, repeated, skipped }: LineCounts): string {
  const total = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const head = `${what}: ${countText(read, 'line')} read, ${total} skipped, ${repeated} repeated, in ${countText(files, 'file')}\n`;
  if (total === 0) return head;
  const reasons = [...skipped].sort((a, b) => b[1] - a[1]);
  const why = (reason: string): string | undefined => (UNREADABLE as Readonly<Record<string, string>>)[reason];
  const rows = table(reasons, [
    { title: 'SKIPPED', cell: ([, count]) => count },
    { title: 'REASON', cell: ([reason]) => reason },
    { title: 'WHAT IT MEANS', cell: ([reason]) => why(reason) ?? '' },
  ]);
  return `${head}${indented(rows)}`;
}

/** What to compare if rows do not have a value for each feature. */
export function widthsText(widths: ReadonlyMap<number, number>, features: readonly string[]): string {
  if (widths.size === 0) return '';
  const seen = [...widths].sort((a, b) => b[1] - a[1]).slice(0, SHOWN_WIDTHS);
  const list = seen.map(([width, lines]) => `${countText(width, 'value')} (${countText(lines, 'line')})`);
  return `  rows have ${list.join(', ')}, but there are ${countText(features.length, 'feature')}: ${printable(features.join(','))}\n`;
}

export function windowsText({ windows }: JudgedWindows): string {
  if (windows.size === 0) return 'no line was read, so there is no window\n';
  const shown = [...windows].slice(-SHOWN_WINDOWS);
  const rest = windows.size - shown.length;
  const rows = table(shown, [
    { title: 'HOUR (UTC)', cell: ([hour]) => hourName(hour) },
    { title: 'CALLS', cell: ([, { calls }]) => calls },
    { title: 'ROWS', cell: ([, { rows: count }]) => count },
    { title: 'PREDICTIONS', cell: ([, { predictions }]) => predictions },
    { title: 'VIOLATIONS', cell: ([, { violations }]) => violations.length },
  ]);
  return `${rest > 0 ? `the newest ${shown.length} of ${windows.size} windows:\n` : ''}${rows}`;
}

interface Repeated {
  readonly feature: string;
  readonly check: string;
  windows: number;
  latest: string;
}

/** Each violation once, with the number of windows it is in and what the newest of them says. */
export function violationsText(windows: ReadonlyMap<string, Pick<JudgedWindow, 'violations'>>): string {
  const byKey = new Map<string, Repeated>();
  for (const { violations } of windows.values()) count(violations, byKey);
  if (byKey.size === 0) return windows.size > 0 ? 'no constraint is violated\n' : '';
  const all = [...byKey.values()].sort((a, b) => b.windows - a.windows);
  const rows = table(all.slice(0, SHOWN_VIOLATIONS), [
    { title: 'VIOLATED BY', cell: ({ feature }) => feature },
    { title: 'CHECK', cell: ({ check }) => check },
    { title: 'WINDOWS', cell: ({ windows: hours }) => hours },
    { title: 'LAST TIME', cell: ({ latest }) => latest },
  ]);
  return all.length > SHOWN_VIOLATIONS ? `${rows}and ${all.length - SHOWN_VIOLATIONS} more, in the files\n` : rows;
}

function count(violations: JudgedWindow['violations'], byKey: Map<string, Repeated>): void {
  for (const { feature_name: feature, constraint_check_type: check, description } of violations) {
    const key = JSON.stringify([feature, check]);
    const entry = byKey.get(key) ?? { feature, check, windows: 0, latest: '' };
    entry.windows += 1;
    entry.latest = shortened(description);
    byKey.set(key, entry);
  }
}

/** Figures of a description to four digits, and without what its check type says already. */
const shortened = (description: string): string =>
  description
    .replace(/\d+\.\d{4,}(e-\d+)?/g, (figure) => String(Number(Number(figure).toPrecision(4))))
    .replace(/^[A-Z][a-z ]+ requirement is not met\. /, '');

/** `2026-01-05T10`, which is also the name of a window's files. */
export const hourName = (hour: string): string => hour.slice(0, 13);

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
