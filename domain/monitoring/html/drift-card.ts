import { binChart } from '../../html/bin-chart.ts';
import { categoryChart } from '../../html/category-chart.ts';
import { figure, many, whole } from '../../html/figures.ts';
import { data, html, type Markup, shown } from '../../html/markup.ts';
import type { ColumnProfile } from '../../profiles/profile.ts';
import { sameBins } from '../bins.ts';
import { probability } from '../drift/probability.ts';
import type { DriftColumn } from '../drift-report.ts';
import { columnMark, SHAPES } from './status.ts';

const CHANGE_CHARACTERS = 120;
const MESSAGE_CHARACTERS = 300;
const FINDINGS = 8;

/** One column: what changed in words, both distributions, what was found and how far it is by every distance. */
export function driftCard(column: DriftColumn, id: string, referenceName: string): Markup {
  const { name, changes } = column;
  const chart = chartOf(column, referenceName);
  const note = chart ? undefined : noChart(column);
  return html`<article class="card" id="${id}"><h3>${data(name, 128)} ${columnMark(column)}</h3><p class="kind">${kindOf(column)}</p>
${
  changes.length > 0
    ? html`<p class="changes">${changes.map((change, i) => html`${i > 0 && ' · '}${shown(change, CHANGE_CHARACTERS)}`)}</p>`
    : html`<p class="changes soft">nothing to speak of changed</p>`
}${chart}${note && html`<p class="note">${note}</p>`}${said(column)}${metrics(column)}</article>
`;
}

/** What is as it was is folded away. */
function said({ findings }: DriftColumn): Markup {
  const list = (some: DriftColumn['findings']) =>
    some.length > 0 && html`<ul class="said">${some.slice(0, FINDINGS).map(finding)}</ul>`;
  const calm = findings.filter(({ status }) => status === 'ok');
  const rest = findings.filter(({ status }) => status !== 'ok');
  return html`${list(rest)}${calm.length > 0 && html`<details><summary>${many(calm.length, 'comparison')} within what is allowed</summary>${list(calm)}</details>`}`;
}

function finding({ status, message }: DriftColumn['findings'][number]): Markup {
  const shape = SHAPES[status];
  return html`<li><svg class="icon ${shape}" role="img" aria-label="${status}"><use href="#${shape}"/></svg><span>${shown(message, MESSAGE_CHARACTERS)}</span></li>`;
}

function kindOf({ type, role, judged, importance, state }: DriftColumn): Markup {
  const tags = [
    ...(role === 'feature' ? [] : [role === 'timestamp' ? 'time' : role]),
    ...(judged || state === 'appeared' ? [] : ['not judged']),
    ...(importance === undefined ? [] : [`importance ${figure(importance)} × the mean`]),
  ];
  return html`${type}${tags.map((tag) => html` <span class="tag">${tag}</span>`)}`;
}

function chartOf({ reference, current, state, type }: DriftColumn, referenceName: string): Markup | undefined {
  if (!reference || !current || state !== 'compared' || !sameBins(reference, current)) return undefined;
  // times move on: nothing would be left but one bar at the side
  if (type === 'timestamp' && isMostlyBeyond(current)) return undefined;
  const beside = { name: referenceName, word: 'reference' };
  const column = { now: current, before: reference, sameBins: true };
  return binChart(column, beside) ?? categoryChart(column, beside);
}

function isMostlyBeyond({ bins, count }: ColumnProfile): boolean {
  const { counts = [] } = bins ?? {};
  return counts.length > 1 && (counts[0] as number) + (counts.at(-1) as number) > count / 2;
}

function noChart({ state, role, type, current, reference }: DriftColumn): string | undefined {
  if (state !== 'compared') return undefined;
  if (role === 'protected') return 'Protected: only counts are shown.';
  if (role === 'id') return 'Names the rows: only counted.';
  if (reference?.count === 0 && current?.count === 0) return 'No row of either side has a value.';
  if (current?.count === 0) return 'No row has a value now.';
  if (reference?.count === 0) return 'No row of the reference has a value.';
  if (type === 'string') return 'Text that hardly repeats is only counted.';
  return type === 'timestamp' ? 'Beyond the times of the reference, as times are.' : 'There are no bins to compare.';
}

function metrics({ metrics, misfits, reference, current, type }: DriftColumn): Markup | undefined {
  const { psi, jensenShannon, lInfinity, kolmogorovSmirnov, wasserstein, totalVariation, chiSquared } = metrics;
  const bounded = (each: typeof wasserstein, show: (value: number) => string) =>
    each && `${show(each.value)} (${show(each.atLeast)} to ${show(each.atMost)})`;
  const days = (ms: number) => `${figure(ms / 86_400_000)} d`;
  const entries: [string, string | undefined][] = [
    ['PSI', told(psi)],
    ['Jensen–Shannon', told(jensenShannon)],
    ['Kolmogorov–Smirnov', bounded(kolmogorovSmirnov, (value) => told(value) as string)],
    ['Wasserstein', bounded(wasserstein, type === 'timestamp' ? days : figure)],
    ['L-infinity', told(lInfinity)],
    ['Total variation', told(totalVariation)],
    ['Chi-squared', chiSquared && `${figure(chiSquared.statistic)}, p ${probability(chiSquared.pValue)}`],
    ['Values', reference && current && `${whole(reference.count)} → ${whole(current.count)}`],
    [
      'Not of the type',
      misfits.reference + misfits.current > 0 ? `${whole(misfits.reference)} → ${whole(misfits.current)}` : undefined,
    ],
    ['Infinite', pairOf(reference?.infinities, current?.infinities)],
    ['Not a number', pairOf(reference?.nans, current?.nans)],
  ];
  const present = entries.filter(([, text]) => text !== undefined);
  if (present.length === 0) return undefined;
  return html`<dl class="metrics">${present.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>`;
}

const pairOf = (before = 0, now = 0): string | undefined =>
  before + now > 0 ? `${whole(before)} → ${whole(now)}` : undefined;
const told = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : value < 0.0005 ? '< 0.001' : String(Number(value.toFixed(3)));
