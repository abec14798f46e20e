import type { ColumnProfile } from '../profiles/profile.ts';
import { type Bar, binScale, density, PLOT_WIDTH, topDensity } from './bin-scale.ts';
import type { Beside, ChartedColumn } from './charted-column.ts';
import { figure, percent, time } from './figures.ts';
import { html, type Markup, shown } from './markup.ts';

const HEIGHT = 100;

/** A distribution over fixed bins, as one SVG that is as wide as its place and needs neither colour nor script. */
export function binChart({ now, before, sameBins }: ChartedColumn, beside: Beside): Markup | undefined {
  const { bins } = now;
  if (!bins || now.count === 0) return undefined;
  const earlier = sameBins ? before?.bins : undefined;
  const scale = binScale(bins.edges, [bins.counts, ...(earlier ? [earlier.counts] : [])]);
  const bars = scale.bars(bins.counts);
  const earlierBars = earlier && scale.bars(earlier.counts);
  const top = topDensity(earlierBars ? [bars, earlierBars] : [bars]);
  const isSide = ({ index }: Bar): boolean =>
    (scale.hasSide.below && index === 0) || (scale.hasSide.above && index === bins.edges.length);
  const line = earlierBars && outline(earlierBars, top);
  const label = labels(now);
  const hovers = bars.map((bar, i) => {
    const was = earlierBars?.[i];
    const text = `${label.bin(bar.index)}: ${percent(bar.share)}${was ? `, ${beside.word} ${percent(was.share)}` : ''}`;
    return html`<rect x="${round(bar.x)}" width="${round(bar.width)}" height="100"><title>${text}</title></rect>`;
  });
  const most = bars.reduce((a, b) => (b.share > a.share ? b : a));
  return html`<svg class="chart" role="img" height="128"><title>Distribution of ${shown(now.name)}${earlier && ` beside ${beside.name}`}</title>
<desc>${bars.length} bars; the area of a bar is its share of the values. Most are in ${label.bin(most.index)}: ${percent(most.share)}.</desc>
<svg width="100%" height="104" viewBox="0 0 ${PLOT_WIDTH} ${HEIGHT + 4}" preserveAspectRatio="none" aria-hidden="true">
${area(
  'now',
  bars.filter((bar) => !isSide(bar)),
  top,
)}${area('side', bars.filter(isSide), top)}${cuts(bars, top)}
${line && html`<path class="halo" d="${line}"/><path class="before" d="${line}"/>`}<path class="axis" d="M0 ${HEIGHT}H${PLOT_WIDTH}"/><g class="hover">${hovers}</g></svg>
${axis(now, bars, scale.hasSide)}</svg>${scale.logarithmic && html`<p class="note">The axis is logarithmic.</p>`}`;
}

type Sides = { readonly below: boolean; readonly above: boolean };

function area(className: string, bars: readonly Bar[], top: number): Markup {
  const paths = bars
    .filter(({ share }) => share > 0)
    .map((bar) => `M${round(bar.x)} ${HEIGHT}V${level(bar, top)}H${round(bar.x + Math.max(bar.width, 2))}V${HEIGHT}Z`);
  return html`<path class="${className}" d="${paths.join('')}"/>`;
}

/** Steps along the tops; bars that do not touch are drawn apart. */
function outline(bars: readonly Bar[], top: number): string {
  let end = -1;
  return bars
    .map((bar) => {
      const joins = Math.abs(bar.x - end) < 0.5;
      end = bar.x + bar.width;
      return `${joins ? '' : `M${round(bar.x)} ${HEIGHT}`}V${level(bar, top)}H${round(end)}`;
    })
    .join('');
}

/** A stroke through the top of each bar that is higher than the plot. */
function cuts(bars: readonly Bar[], top: number): Markup | undefined {
  const paths = bars
    .filter((bar) => density(bar) > top)
    .map(({ x, width }) => `M${round(x - 4)} 14L${round(x + width + 4)} 8`);
  return paths.length > 0 ? html`<path class="cut" d="${paths.join('')}"/>` : undefined;
}

const level = (bar: Bar, top: number): number => {
  const height = Math.min(density(bar) / top, 1) * (HEIGHT - 2);
  // what is there is seen
  return round(HEIGHT - (bar.share > 0 ? Math.max(height, 1) : 0));
};

const round = (value: number): number => Math.round(value * 10) / 10;

function axis(column: ColumnProfile, bars: readonly Bar[], sides: Sides): Markup {
  const { edges = [] } = column.bins ?? {};
  const { value } = labels(column);
  const [first, last] = [bars[0] as Bar, bars.at(-1) as Bar];
  const below = sides.below ? `≤ ${value(edges[0] as number)}: ${percent(first.share)}` : value(column.min as number);
  const above = sides.above
    ? `> ${value(edges.at(-1) as number)}: ${percent(last.share)}`
    : value(column.max as number);
  return html`<text x="0" y="122">${below}</text><text x="100%" y="122" text-anchor="end">${above}</text>`;
}

function labels({ type, bins, min = 0, max = 0 }: ColumnProfile) {
  const edges = bins?.edges ?? [];
  const value = (edge: number): string => (type === 'timestamp' ? time(edge, max - min) : figure(edge));
  const bin = (index: number): string => {
    if (index === 0) return `at most ${value(edges[0] as number)}`;
    if (index === edges.length) return `above ${value(edges.at(-1) as number)}`;
    return `${value(edges[index - 1] as number)} to ${value(edges[index] as number)}`;
  };
  return { value, bin };
}
