import { sum } from '../monitoring/bins.ts';

/** Width of a plot, and of the places at its sides for what lies outside the edges. */
export const PLOT_WIDTH = 1_000;
const SIDE_WIDTH = 80;
const SIDE_GAP = 14;
/** Inner bins of which half would share less than this part of a linear axis are drawn on a logarithmic one. */
const CROWDED = 0.1;
/** Bars higher than so many times the average are cut: one spike must not flatten everything else. */
const CUT_AT = 8;

export interface Bar {
  readonly x: number;
  readonly width: number;
  /** Of the values that are counted. */
  readonly share: number;
  readonly index: number;
}

export interface BinScale {
  readonly logarithmic: boolean;
  /** Bars of these counts. Side bars are left out if `hasSide` says so. */
  bars(counts: readonly number[]): Bar[];
  readonly hasSide: { readonly below: boolean; readonly above: boolean };
}

/**
 * Where bins stand on a plot. The area of a bar is its share, whatever the width of its bin: two bins of equal share are a
 * wide low bar and a narrow high one. What is below the first or above the last edge has a place of fixed width at the side.
 * @param shown every list of counts that is to be drawn
 */
export function binScale(edges: readonly number[], shown: readonly (readonly number[])[]): BinScale {
  const counted = (index: number) => shown.some((counts) => (counts[index] ?? 0) > 0);
  // a single edge leaves no inner bin: both sides are all there is
  const hasSide = { below: edges.length < 2 || counted(0), above: edges.length < 2 || counted(edges.length) };
  const from = hasSide.below ? SIDE_WIDTH + SIDE_GAP : 0;
  const to = PLOT_WIDTH - (hasSide.above ? SIDE_WIDTH + SIDE_GAP : 0);
  const logarithmic = isCrowded(edges);
  const place = placesOf(logarithmic ? edges.map(logarithm(edges)) : edges, from, to);
  const spots = [
    hasSide.below ? { x: 0, width: SIDE_WIDTH } : undefined,
    ...edges.slice(1).map((_, i) => {
      const x = place[i] as number;
      return { x, width: (place[i + 1] as number) - x };
    }),
    hasSide.above ? { x: PLOT_WIDTH - SIDE_WIDTH, width: SIDE_WIDTH } : undefined,
  ];
  return {
    logarithmic,
    hasSide,
    bars: (counts) => {
      const all = sum(counts);
      return spots.flatMap((spot, index) =>
        spot ? [{ ...spot, index, share: all === 0 ? 0 : (counts[index] ?? 0) / all }] : [],
      );
    },
  };
}

/** Share per width that fills the height of the plot. */
export function topDensity(bars: readonly (readonly Bar[])[]): number {
  const highest = Math.max(...bars.flat().map(density), 0);
  return Math.min(highest, CUT_AT / PLOT_WIDTH) || 1;
}

export const density = ({ share, width }: Bar): number => (width > 0 ? share / width : 0);

function isCrowded(edges: readonly number[]): boolean {
  const span = (edges.at(-1) as number) - (edges[0] as number);
  if (edges.length < 5 || !Number.isFinite(span)) return edges.length >= 5;
  const widths = edges.slice(1).map((edge, i) => edge - (edges[i] as number));
  const half = widths.sort((a, b) => a - b).slice(0, Math.ceil(widths.length / 2));
  return sum(half) < CROWDED * span;
}

/** Logarithmic away from zero and steady through it, so that negative values have a place. */
function logarithm(edges: readonly number[]): (edge: number) => number {
  const sizes = edges.map(Math.abs).filter((size) => size > 0);
  const unit = Math.max(Math.min(...sizes), Math.max(...sizes) * 1e-9);
  return (edge) => Math.asinh(edge / unit);
}

function placesOf(marks: readonly number[], from: number, to: number): number[] {
  const [first, last] = [marks[0] as number, marks.at(-1) as number];
  // halved, as the distance of the largest doubles is none
  const span = last / 2 - first / 2;
  return marks.map((mark) => (span > 0 ? from + ((mark / 2 - first / 2) / span) * (to - from) : from));
}
