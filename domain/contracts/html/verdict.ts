import type { ValidationReport } from '../../datasets/report.ts';
import { many, percent, shareOf, whole } from '../../html/figures.ts';
import type { Shape } from '../../html/icons.ts';
import { data, html, type Markup } from '../../html/markup.ts';
import { isUnusable } from '../unusable.ts';
import { advice } from './advice.ts';

/** The verdict as a sentence, the figures behind it, and what to do next. */
export function verdictSection(report: ValidationReport): Markup {
  const { rows, file, model } = report;
  const { shape, sentence } = judged(report);
  return html`<header class="verdict ${shape}"><p class="about">${data(model)} · ${data(file.name, 200)}</p>
<h1><svg class="icon" aria-hidden="true"><use href="#${shape}"/></svg>${sentence}</h1>
${
  rows.total > 0 &&
  html`<dl class="big"><div><dt>rows read</dt><dd>${whole(rows.total)}</dd></div><div><dt>accepted</dt><dd>${whole(rows.accepted)}</dd><dd class="share">${percent(shareOf(rows.accepted, rows.total))}</dd></div><div><dt>set aside</dt><dd>${whole(rows.quarantined)}</dd><dd class="share">${percent(shareOf(rows.quarantined, rows.total))}</dd></div></dl>
<svg class="split" role="img" width="100%" height="10"><title>${percent(shareOf(rows.quarantined, rows.total))} of the rows were set aside</title><rect class="kept" width="100%" height="10"/>${aside(shareOf(rows.quarantined, rows.total))}</svg>`
}
<h2>What to do next</h2><ul>${advice(report).map((step) => html`<li>${step}</li>`)}</ul></header>
`;
}

function judged(report: ValidationReport): { shape: Shape; sentence: string } {
  const { verdict, rows, reasons, warnings } = report;
  if (verdict === 'rejected') {
    if (isUnusable(reasons))
      return { shape: 'bad', sentence: 'Unusable: the file cannot be read as what the spec says.' };
    return { shape: 'bad', sentence: 'Rejected: nothing of this file will be trained on.' };
  }
  if (verdict === 'accepted-with-quarantine') {
    const are = rows.quarantined === 1 ? 'is' : 'are';
    return { shape: 'part', sentence: `Accepted, but ${many(rows.quarantined, 'row')} ${are} set aside.` };
  }
  if (warnings.length > 0) return { shape: 'ok', sentence: `Accepted, with ${many(warnings.length, 'warning')}.` };
  return { shape: 'ok', sentence: 'Accepted: no row is set aside.' };
}

/** From the right, and wide enough to be seen. */
function aside(share: number): Markup | undefined {
  if (share <= 0) return undefined;
  const width = Math.max(0.6, Math.round(share * 1000) / 10);
  return html`<rect class="aside" x="${Math.round((100 - width) * 10) / 10}%" width="${width}%" height="10"/>`;
}
