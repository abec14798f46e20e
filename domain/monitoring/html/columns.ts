import { within } from '../../html/budget.ts';
import { figure, percent, whole } from '../../html/figures.ts';
import { legend } from '../../html/legend.ts';
import { type Content, data, html, type Markup, shown } from '../../html/markup.ts';
import { effectOf } from '../drift/effect.ts';
import { probability } from '../drift/probability.ts';
import type { DriftColumn } from '../drift-report.ts';
import { driftCard } from './drift-card.ts';
import { columnMark } from './status.ts';

/** A page has room for 1 MB. */
const ROWS = { items: 250, bytes: 190_000 };
const CARDS = { items: 150, bytes: 640_000 };
const CHANGE_CHARACTERS = 160;

export interface ColumnSectionParts {
  /** The ones to look at first. */
  readonly columns: readonly DriftColumn[];
  /** `the reference`, `training`. */
  readonly referenceName: string;
  readonly currentName: string;
  /** Where the rest is, of what does not fit. */
  readonly rest: string;
}

/** The columns ranked, in a table, and then each with its distributions. */
export function columnSections(parts: ColumnSectionParts): Markup | undefined {
  const { columns, referenceName, currentName, rest } = parts;
  if (columns.length === 0) return undefined;
  const numbered = columns.map((column, i) => ({ column, id: `c${i + 1}` }));
  const cards = within(CARDS, numbered, ({ column, id }) => driftCard(column, id, referenceName));
  const rows = within(ROWS, numbered, (one) =>
    row(one.column, cards.shown.length > numbered.indexOf(one) ? one.id : undefined),
  );
  const ranked = columns.some(({ importance }) => importance !== undefined)
    ? 'ranked by effect times importance to the model'
    : 'ranked by effect';
  const left = (count: number) =>
    count > 0 && html` <b>${whole(count)} of ${whole(columns.length)} are left out here</b>; ${rest}.`;
  return html`<section id="ranking"><h2>Columns, ${ranked}</h2><table class="list"><caption class="hidden">Columns</caption><thead><tr><th scope="col">Status</th><th scope="col">Column and what changed</th><th scope="col" class="number">Effect</th><th scope="col" class="number">Threshold</th><th scope="col" class="number">p</th></tr></thead><tbody>${rows.shown}</tbody></table>${rows.left > 0 && html`<p class="note">${left(rows.left)}</p>`}</section>
<section id="columns"><h2>Distributions</h2><p class="note">Bars are ${currentName}, the line is ${referenceName}; the area under each is 1. Ranges in brackets are what values within the bins can hide.${left(cards.left)}</p>${legend(currentName, referenceName)}<div class="cards">${cards.shown}</div></section>
`;
}

function row(column: DriftColumn, id: string | undefined): Markup {
  const { name, status, changes, findings, state, judged, importance } = column;
  const [worst] = findings;
  const words =
    changes.length > 0 ? changes.join(' · ') : status === 'insufficient_data' ? worst?.message : 'nothing to speak of';
  const isShare = worst?.measure.endsWith('_share') === true;
  const value = (each: number | undefined): Content =>
    each === undefined ? html`<span class="soft">–</span>` : isShare ? percent(each) : figure(each);
  const title =
    id === undefined ? html`<b>${data(name, 128)}</b>` : html`<a href="#${id}"><b>${data(name, 128)}</b></a>`;
  const notes = [
    ...(state === 'compared' ? [] : [state]),
    ...(judged || state === 'appeared' ? [] : ['not judged']),
    ...(importance === undefined ? [] : [`importance ${figure(importance)}`]),
  ];
  return html`<tr><td>${columnMark(column)}</td><th scope="row">${title}<span>${shown(words ?? '', CHANGE_CHARACTERS)}${notes.map((note) => html` <i class="tag">${note}</i>`)}</span></th><td class="number" data-label="Effect">${value(worst && effectOf(worst))}${(worst?.value ?? worst?.pValue) !== undefined && html` <span class="soft">${measureName(worst?.measure ?? '')}</span>`}</td><td class="number" data-label="Threshold">${value(worst?.threshold)}</td><td class="number" data-label="p">${worst?.pValue === undefined ? html`<span class="soft">–</span>` : probability(worst.pValue)}</td></tr>
`;
}

const MEASURES: Readonly<Record<string, string>> = {
  psi: 'PSI',
  jensen_shannon: 'Jensen–Shannon',
  l_infinity: 'L-infinity',
  missing_share: 'missing',
  unseen_share: 'never seen',
  broken_share: 'broken',
};
export const measureName = (measure: string): string =>
  (Object.hasOwn(MEASURES, measure) ? MEASURES[measure] : undefined) ?? shown(measure, 40);
