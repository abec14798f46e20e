import { saysRows } from '../domain/contracts/html/reasons.ts';
import { isUnusable } from '../domain/contracts/unusable.ts';
import type { ValidationReport } from '../domain/datasets/report.ts';
import { many, percent, shareOf, whole } from '../domain/html/figures.ts';
import { shown } from '../domain/html/markup.ts';
import type { Reason } from '../domain/registry/entities.ts';

/** Lines of a section; the rest is counted. */
const MOST = 20;
const MESSAGE_CHARACTERS = 300;
const VERDICT_WORDS = {
  accepted: 'accepted',
  'accepted-with-quarantine': 'accepted with quarantine',
  rejected: 'rejected',
} satisfies Record<ValidationReport['verdict'], string>;

/**
 * A judgement as one reads it in a terminal: what became of the file, why, and what could not be judged.
 * @param written what was written where
 */
export function judgementText(
  file: string,
  report: ValidationReport,
  written: readonly (readonly [what: string, where: string])[],
): string {
  const { reasons, warnings, checks, rows, verdict } = report;
  // failed checks are among reasons and warnings
  const open = checks.filter(({ status }) => status !== 'passed' && status !== 'failed');
  return [
    `${shown(file, 300)}: ${verdictText(report)}`,
    ...section(verdict === 'rejected' ? 'why' : 'why rows were set aside', reasonLines(reasons, rows.total)),
    ...section('warnings', reasonLines(warnings, rows.total)),
    ...section(
      'could not be judged',
      open.map(({ id, status, message }) => `${shown(id, 100)}  ${status}: ${shown(message, MESSAGE_CHARACTERS)}`),
    ),
    ...section(
      'written',
      written.map(([what, where]) => `${what.padEnd(10)}  ${where}`),
    ),
    '',
  ].join('\n');
}

/** `3 files: 2 accepted, 1 unusable`. */
export function summaryText(reports: readonly ValidationReport[]): string {
  const counts = new Map<string, number>();
  for (const { verdict, reasons } of reports) {
    const word = verdict === 'rejected' && isUnusable(reasons) ? 'unusable' : VERDICT_WORDS[verdict];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return `${many(reports.length, 'file')}: ${[...counts].map(([word, count]) => `${whole(count)} ${word}`).join(', ')}\n`;
}

function verdictText({ verdict, rows, reasons }: ValidationReport): string {
  if (verdict === 'accepted') return `accepted, all ${many(rows.total, 'row')}`;
  const aside = `${whole(rows.quarantined)} set aside (${percent(shareOf(rows.quarantined, rows.total))})`;
  if (verdict === 'accepted-with-quarantine')
    return `accepted with quarantine, ${whole(rows.accepted)} of ${many(rows.total, 'row')}; ${aside}`;
  if (isUnusable(reasons)) return 'unusable';
  if (rows.total === 0) return 'rejected';
  return `rejected, ${many(rows.total, 'row')} read${rows.quarantined > 0 ? `; ${aside}` : ''}`;
}

function reasonLines(reasons: readonly Reason[], total: number): string[] {
  return reasons.map(({ code, message, rows }) => {
    const share = rows !== undefined && rows <= total ? `, ${percent(shareOf(rows, total))}` : '';
    const count = rows === undefined || saysRows(code) ? '' : ` (${many(rows, 'row')}${share})`;
    return `${shown(code, 80)}  ${shown(message, MESSAGE_CHARACTERS)}${count}`;
  });
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const left = lines.length - MOST;
  const more = left > 0 ? [`  and ${whole(left)} more, which --json and --report tell`] : [];
  return ['', title, ...lines.slice(0, MOST).map((line) => `  ${line}`), ...more];
}
