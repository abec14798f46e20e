import type { ValidationReport } from '../../datasets/report.ts';
import { within } from '../../html/budget.ts';
import { figure, many } from '../../html/figures.ts';
import { type Shape, status } from '../../html/icons.ts';
import { data, html, type Markup, shown } from '../../html/markup.ts';
import type { CheckOutcome } from '../judgement.ts';

const LIMIT = { items: 250, bytes: 130_000 };
const MESSAGE_CHARACTERS = 300;

const ORDER: Record<CheckOutcome['status'], number> = {
  failed: 0,
  'insufficient-history': 1,
  'insufficient-data': 2,
  unavailable: 3,
  passed: 4,
};
const SHAPES: Record<CheckOutcome['status'], { shape: Shape; word: string }> = {
  failed: { shape: 'bad', word: 'failed' },
  'insufficient-history': { shape: 'wait', word: 'too little history' },
  'insufficient-data': { shape: 'wait', word: 'too little data' },
  unavailable: { shape: 'none', word: 'unavailable' },
  passed: { shape: 'ok', word: 'passed' },
};

/** Checks over the data set as a whole. One that could not be made is neither passed nor failed, and is said. */
export function checkSection({ checks }: ValidationReport): Markup | undefined {
  if (checks.length === 0) return undefined;
  const sorted = [...checks].sort(
    (a, b) => ORDER[a.status] - ORDER[b.status] || a.severity.localeCompare(b.severity, 'en'),
  );
  const { shown: rows, left } = within(LIMIT, sorted, checkRow);
  return html`<section id="checks"><h2>Checks of the whole</h2><table class="list"><caption class="hidden">Checks</caption><thead><tr><th scope="col">Status</th><th scope="col">Check</th><th scope="col" class="number">Figure</th><th scope="col">Allowed</th></tr></thead><tbody>${rows}</tbody></table>${left > 0 && html`<p class="note">${many(left, 'more check')} in report.json, which holds all.</p>`}</section>
`;
}

function checkRow(check: CheckOutcome): Markup {
  const { shape, word } = SHAPES[check.status];
  const mark =
    check.status === 'failed' && check.severity === 'warn' ? status('warn', 'failed (warning)') : status(shape, word);
  return html`<tr><td>${mark}</td><th scope="row"><b>${data(check.id, 210)}</b><span>${shown(check.message, MESSAGE_CHARACTERS)}</span></th><td class="number" data-label="Figure">${check.value === undefined ? html`<span class="soft">–</span>` : figure(check.value)}</td><td data-label="Allowed">${allowed(check)}</td></tr>
`;
}

function allowed({ min, max }: CheckOutcome): Markup | string {
  if (min !== undefined && max !== undefined) return `${figure(min)} to ${figure(max)}`;
  if (min !== undefined) return `at least ${figure(min)}`;
  return max === undefined ? html`<span class="soft">–</span>` : `at most ${figure(max)}`;
}
