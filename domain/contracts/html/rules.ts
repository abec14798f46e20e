import type { ValidationReport } from '../../datasets/report.ts';
import { within } from '../../html/budget.ts';
import { many, percent, shareOf, whole } from '../../html/figures.ts';
import { status } from '../../html/icons.ts';
import { data, html, type Markup, shown } from '../../html/markup.ts';
import type { RuleOutcome } from '../judgement.ts';

const BROKEN_LIMIT = { items: 250, bytes: 150_000 };
const KEPT_LIMIT = { items: 250, bytes: 70_000 };
const TEXT_CHARACTERS = 300;
const EXAMPLE_CHARACTERS = 40;
const EXAMPLES = 5;

const ORDER: Record<RuleOutcome['status'], number> = { broken: 0, tolerated: 1, kept: 2 };

/** Every rule over rows: broken ones first, those that were kept folded away. */
export function ruleSection({ rules, rows }: ValidationReport): Markup | undefined {
  if (rules.length === 0) return undefined;
  const sorted = [...rules].sort((a, b) => ORDER[a.status] - ORDER[b.status] || b.rows - a.rows);
  const broken = sorted.filter(({ status }) => status !== 'kept');
  const kept = sorted.filter(({ status }) => status === 'kept');
  const row = (rule: RuleOutcome) => ruleRow(rule, rows.total);
  const top = within(BROKEN_LIMIT, broken, row);
  const rest = within(KEPT_LIMIT, kept, row);
  return html`<section id="rules"><h2>Rules over rows</h2>${
    broken.length > 0
      ? table(top.shown, true)
      : html`<p>${status('ok', 'kept')} Every row keeps ${rules.length === 1 ? 'the one rule' : `all ${whole(rules.length)} rules`}.</p>`
  }${leftOut(top.left)}${
    kept.length > 0 &&
    html`<details><summary>${many(kept.length, 'rule')} kept by every row</summary>${table(rest.shown, false)}${leftOut(rest.left)}</details>`
  }</section>
`;
}

const leftOut = (left: number) =>
  left > 0 && html`<p class="note">${many(left, 'more rule')} in report.json, which holds all.</p>`;

function table(rows: readonly Markup[], withExamples: boolean): Markup {
  return html`<table class="list"><caption class="hidden">${withExamples ? 'Broken rules' : 'Rules that were kept'}</caption><thead><tr><th scope="col">Status</th><th scope="col">Rule</th><th scope="col" class="number">Rows</th><th scope="col">Tolerance</th><th scope="col">Examples</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function ruleRow(rule: RuleOutcome, total: number): Markup {
  const about = rule.about ?? total;
  const examples = rule.examples
    .slice(0, EXAMPLES)
    .map((example) => html`<code>${data(example, EXAMPLE_CHARACTERS)}</code> `);
  return html`<tr><td>${ruleStatus(rule)}</td><th scope="row"><b>${data(rule.id, 210)}</b><span>${shown(rule.message, TEXT_CHARACTERS)}</span>${
    rule.when !== undefined &&
    html`<span class="soft">when <code>${data(rule.when, TEXT_CHARACTERS)}</code>: ${many(about, 'row')}</span>`
  }</th><td class="number" data-label="Rows">${whole(rule.rows)}${rule.rows > 0 && html` <span class="soft">${percent(shareOf(rule.rows, about))}</span>`}</td><td data-label="Tolerance">${tolerance(rule)}</td><td data-label="Examples">${examples.length > 0 ? examples : html`<span class="soft">–</span>`}</td></tr>
`;
}

function ruleStatus({ status: outcome, severity }: RuleOutcome): Markup {
  if (outcome === 'kept') return status('ok', 'kept');
  if (outcome === 'tolerated') return status('part', severity === 'warn' ? 'tolerated (warning)' : 'tolerated');
  return severity === 'warn' ? status('warn', 'broken (warning)') : status('bad', 'broken');
}

function tolerance({ mostly, maxRows }: RuleOutcome): Markup | string {
  const parts = [
    ...(mostly === undefined ? [] : [`${percent(mostly)} keep it`]),
    ...(maxRows === undefined ? [] : [`at most ${many(maxRows, 'row')}`]),
  ];
  return parts.length > 0 ? parts.join(', ') : html`<span class="soft">none</span>`;
}
