import type { ValidationReport } from '../../datasets/report.ts';
import { within } from '../../html/budget.ts';
import { many, percent, shareOf } from '../../html/figures.ts';
import { type Shape, status } from '../../html/icons.ts';
import { html, type Markup, shown } from '../../html/markup.ts';

const LIMIT = { items: 60, bytes: 40_000 };
const MESSAGE_CHARACTERS = 400;

/** Why rows or all of it were refused, and what was only noticed. */
export function reasonSections({ verdict, reasons, warnings, rows }: ValidationReport): Markup {
  const why = verdict === 'rejected' ? 'Why' : 'Why rows were set aside';
  return html`${list(why, 'reasons', reasons, 'bad', rows.total)}${list('Warnings', 'warnings', warnings, 'warn', rows.total)}`;
}

/** Refusals of the whole whose message has the figures already. */
const SAYS_ROWS = /^too-(many-bad|few)-rows$|-beyond-tolerance$/;
export const saysRows = (code: string): boolean => SAYS_ROWS.test(code);

function list(
  title: string,
  id: string,
  reasons: ValidationReport['reasons'],
  shape: Shape,
  total: number,
): Markup | undefined {
  if (reasons.length === 0) return undefined;
  const { shown: items, left } = within(LIMIT, reasons, ({ code, message, rows }) => {
    const count =
      rows !== undefined &&
      !saysRows(code) &&
      html` <span class="soft">${many(rows, 'row')}${total > 0 && rows <= total && `, ${percent(shareOf(rows, total))}`}</span>`;
    return html`<li>${status(shape, shown(code, 80))} <span>${shown(message, MESSAGE_CHARACTERS)}${count}</span></li>`;
  });
  return html`<section id="${id}"><h2>${title}</h2><ul class="reasons">${items}</ul>${left > 0 && html`<p class="note">${many(left, 'more')} in report.json.</p>`}</section>
`;
}
