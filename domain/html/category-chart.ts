import type { ColumnProfile } from '../profiles/profile.ts';
import type { Beside, ChartedColumn } from './charted-column.ts';
import { percent, shareOf } from './figures.ts';
import { html, type Markup, shown } from './markup.ts';

const SHOWN_VALUES = 8;
const LABEL_CHARACTERS = 40;

interface Bar {
  readonly label: string;
  readonly isOther?: boolean;
  readonly now: number;
  /** `undefined`: the version before did not count this value by itself. */
  readonly before: number | undefined;
}

/** The most frequent values of now and before as a table with a bar in each row, and all others as one. */
export function categoryChart({ now, before }: ChartedColumn, beside: Beside): Markup | undefined {
  if (!now.categories || now.count === 0) return undefined;
  const bars = barsOf(now, before);
  // all others are many values together: they must not make each of the values look small
  const most = Math.max(...bars.filter(({ isOther }) => !isOther).flatMap((bar) => [bar.now, bar.before ?? 0])) || 1;
  const rows = bars.map((bar) => {
    const label = bar.isOther ? html`<i>${bar.label}</i>` : html`<bdi>${shown(bar.label, LABEL_CHARACTERS)}</bdi>`;
    const was = bar.before === undefined ? '–' : percent(bar.before);
    return html`<tr><th scope="row">${label}</th><td><svg aria-hidden="true" width="100%" height="${before ? 16 : 11}">${rect(bar.isOther ? 'side' : 'now', 1, 9, bar.now / most)}${before && rect('was', 11, 4, (bar.before ?? 0) / most)}</svg></td><td>${percent(bar.now)}</td>${before && html`<td class="was-text">${was}</td>`}</tr>`;
  });
  const head = before
    ? html`<tr><th scope="col">Value</th><th scope="col"></th><th scope="col">Share</th><th scope="col">${capitalized(beside.word)}</th></tr>`
    : html`<tr><th scope="col">Value</th><th scope="col"></th><th scope="col">Share</th></tr>`;
  return html`<table class="values"><caption class="hidden">Most frequent values of ${shown(now.name)}${before && ` beside ${beside.name}`}</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`;
}

function rect(className: string, y: number, height: number, share: number): Markup | undefined {
  if (share <= 0) return undefined;
  const width = Math.min(Math.max(0.5, Math.round(share * 1000) / 10), 100);
  const cut = share > 1 && html`<rect class="gap" x="88%" y="${y}" height="${height}" width="5"/>`;
  return html`<rect class="${className}" y="${y}" height="${height}" rx="1" width="${width}%"/>${cut}`;
}

function barsOf(now: ColumnProfile, before: ColumnProfile | undefined): Bar[] {
  const current = new Map(now.categories?.values);
  const earlier = new Map(before?.categories?.values);
  // a value that was not counted by itself is among `other`, unless there is no other
  const complete = before?.categories?.other === 0;
  const all = [...new Set([...current.keys(), ...earlier.keys()])].map((label): Bar => {
    const was = earlier.get(label) ?? (complete ? 0 : undefined);
    return {
      label,
      now: shareOf(current.get(label) ?? 0, now.count),
      before: before && was !== undefined ? shareOf(was, before.count) : undefined,
    };
  });
  const weight = (bar: Bar): number => Math.max(bar.now, bar.before ?? 0);
  // values keep the reference's order among equals
  const sorted = now.type === 'boolean' ? all : all.sort((a, b) => weight(b) - weight(a));
  const top = sorted.slice(0, SHOWN_VALUES);
  const rest = all.length - top.length;
  const other = 1 - top.reduce((sum, bar) => sum + bar.now, 0);
  const otherBefore = 1 - top.reduce((sum, bar) => sum + (bar.before ?? 0), 0);
  const others = (now.categories?.other ?? 0) + (before?.categories?.other ?? 0) > 0;
  if (rest === 0 && !others) return top;
  const label = others ? 'all others' : rest === 1 ? '1 other value' : `${rest} other values`;
  return [...top, { label, isOther: true, now: tidy(other), before: before && tidy(otherBefore) }];
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** A remainder of shares: rounding leaves a trifle that is none. */
const tidy = (share: number): number => (share < 1e-9 ? 0 : share);
