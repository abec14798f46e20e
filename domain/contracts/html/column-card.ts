import { binChart } from '../../html/bin-chart.ts';
import { categoryChart } from '../../html/category-chart.ts';
import { figure, percent, time, whole } from '../../html/figures.ts';
import { data, html, type Markup } from '../../html/markup.ts';
import { missingShare } from '../../profiles/missing-share.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { ComparedColumn } from './comparison.ts';

/** Customary marks of the population stability index. */
const MOVED = 0.1;
const MOVED_FAR = 0.25;
/** A change of the missing share that is worth a word. */
const NOTABLE_MISSING = 0.001;

export interface CardFacts {
  /** `version 12` */
  readonly beforeName: string;
  readonly data: ModelSpec['data'] | undefined;
  /** Rules and checks of this column that did not hold. */
  readonly problems: number;
}

/** One column: figures, distribution, and how far it is from the version before. */
export function columnCard(column: ComparedColumn, facts: CardFacts): Markup {
  const { now } = column;
  const hidden = hiddenBecause(now.name, facts.data);
  const chart = hidden ? undefined : chartOf(column, facts.beforeName);
  const why = hidden ?? (chart ? undefined : noChart(column));
  return html`<article class="card"><h3>${data(now.name, 128)}</h3><p class="kind">${kindOf(column, facts)}${facts.problems > 0 && html` <a class="tag bad" href="#rules">${facts.problems === 1 ? '1 rule or check broken' : `${facts.problems} rules or checks broken`}</a>`}</p>
<dl>${figuresOf(column, hidden !== undefined)}</dl>${chart}${why && html`<p class="note">${why}</p>`}${apart(column, facts.beforeName, hidden !== undefined)}</article>
`;
}

function chartOf(column: ComparedColumn, beforeName: string): Markup | undefined {
  // times have moved beyond the bins of an earlier version: nothing would be left but one bar at the side
  if (column.movesOn && isMostlyBeyond(column.now)) return undefined;
  const beside = { name: beforeName, word: 'before' };
  return binChart(column, beside) ?? categoryChart(column, beside);
}

function isMostlyBeyond({ bins, count }: ComparedColumn['now']): boolean {
  const { counts = [] } = bins ?? {};
  return counts.length > 1 && (counts[0] as number) + (counts.at(-1) as number) > count / 2;
}

function hiddenBecause(name: string, spec: ModelSpec['data'] | undefined): string | undefined {
  if (spec?.protected.includes(name)) return 'Protected: only counts are kept and shown.';
  if (spec?.id === name) return 'Names the rows: only counted.';
  return undefined;
}

function noChart({ now, movesOn }: ComparedColumn): string {
  if (now.type === 'string') return 'Text is only counted; its values are not kept.';
  if (now.count === 0) return 'No row has a value.';
  if (movesOn && now.bins) return 'Later than the reference bins, as times are: there is no distribution to show.';
  return 'No distribution was counted: there are no reference bins.';
}

function kindOf({ now }: ComparedColumn, { data: spec }: CardFacts): Markup {
  const roles = [
    spec?.target === now.name && 'target',
    spec?.id === now.name && 'id',
    spec?.timestamp === now.name && 'event time',
    spec?.protected.includes(now.name) && 'protected',
    spec?.ignored.includes(now.name) && 'ignored',
  ].filter((role) => role !== false && role !== undefined);
  const type = spec?.columns.find(({ name }) => name === now.name)?.type ?? now.type;
  return html`${type}${roles.map((role) => html` <span class="tag">${role}</span>`)}`;
}

function figuresOf({ now, before }: ComparedColumn, hidden: boolean): Markup[] {
  const value = (each: number): string => {
    return now.type === 'timestamp' ? time(each, (now.max ?? 0) - (now.min ?? 0)) : figure(each);
  };
  const share = missingShare(now);
  const was = before && missingShare(before);
  const entries: [string, string | undefined][] = [
    ['Values', whole(now.count)],
    ['Missing', was === undefined || was === share ? percent(share) : `${percent(share)}, was ${percent(was)}`],
    ['Not a number', now.nans > 0 ? whole(now.nans) : undefined],
    ['Infinite', now.infinities > 0 ? whole(now.infinities) : undefined],
    ...(hidden ? [] : extremes(now, value)),
  ];
  return entries.flatMap(([name, text]) =>
    text === undefined ? [] : [html`<div><dt>${name}</dt><dd>${text}</dd></div>`],
  );
}

function extremes(
  { min, max, mean }: ComparedColumn['now'],
  value: (each: number) => string,
): [string, string | undefined][] {
  return [
    ['Least', min === undefined ? undefined : value(min)],
    ['Mean', mean === undefined ? undefined : value(mean)],
    ['Largest', max === undefined ? undefined : value(max)],
  ];
}

/** How far a column is from the version before, in words and a figure. */
function apart(
  { now, before, sameBins, psi, movesOn }: ComparedColumn,
  beforeName: string,
  hidden: boolean,
): Markup | undefined {
  if (!before || movesOn) return undefined;
  const change = missingShare(now) - missingShare(before);
  const missing =
    Math.abs(change) >= NOTABLE_MISSING &&
    ` Missing cells ${change > 0 ? 'rose' : 'fell'} by ${points(Math.abs(change))}.`;
  const text = hidden || now.type === 'string' ? '' : distribution(psi, sameBins, beforeName);
  if (!text && !missing) return undefined;
  const far = !hidden && (psi ?? 0) >= MOVED_FAR;
  return html`<p class="apart${far && ' far'}">${far && html`<svg class="icon" aria-hidden="true"><use href="#warn"/></svg>`}${text}${missing}</p>`;
}

function distribution(psi: number | undefined, sameBins: boolean, name: string): string {
  if (!sameBins) return `Not counted over the bins of ${name}: no distance.`;
  if (psi === undefined) return `Too few rows for a distance from ${name}.`;
  const word = psi >= MOVED_FAR ? 'Far from' : psi >= MOVED ? 'Moved from' : 'Close to';
  return `${word} ${name}: PSI ${psi < 0.0005 ? '< 0.001' : Number(psi.toFixed(3))}.`;
}

const points = (share: number): string => `${Number((share * 100).toPrecision(2))} points`;
