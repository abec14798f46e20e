import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binScale, density, PLOT_WIDTH, topDensity } from '../../../domain/html/bin-scale.ts';

describe('bars over reference bins', () => {
  it('have their share as area, so that a bin twice as wide is half as high', () => {
    const { bars, hasSide } = binScale([0, 10, 30], [[0, 50, 50, 0]]);
    const [first, second] = bars([0, 50, 50, 0]);
    expect(hasSide).toEqual({ below: false, above: false });
    expect([first, second]).toMatchObject([
      { share: 0.5, x: 0 },
      { share: 0.5, width: expect.closeTo((PLOT_WIDTH * 2) / 3) },
    ]);
    expect(density(first as never)).toBeCloseTo(2 * density(second as never));
  });

  it('stand aside for what is below or above the edges, in either of two versions', () => {
    const edges = [0, 10, 30];
    expect(binScale(edges, [[1, 5, 5, 0]]).hasSide).toEqual({ below: true, above: false });
    const scale = binScale(edges, [
      [1, 5, 5, 0],
      [0, 5, 5, 2],
    ]);
    expect(scale.hasSide).toEqual({ below: true, above: true });
    expect(scale.bars([1, 5, 5, 0]).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it('stand on a logarithmic axis where half of the bins would share a tenth of a linear one', () => {
    const counts = [0, 1, 1, 1, 1, 0];
    expect(binScale([1, 10, 100, 1_000, 10_000], [counts]).logarithmic).toBe(true);
    expect(binScale([0, 10, 20, 30, 40], [counts]).logarithmic).toBe(false);
  });

  it('are cut where one spike would flatten all others', () => {
    const { bars } = binScale([0, 1, 100], [[0, 90, 10, 0]]);
    const drawn = bars([0, 90, 10, 0]);
    expect(topDensity([drawn])).toBeLessThan(density(drawn[0] as never));
    expect(topDensity([drawn])).toBeGreaterThan(density(drawn[1] as never));
  });

  it('stay within the plot, do not overlap and share all there is, whatever the edges', () => {
    const edges = fc
      .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 14 })
      .map((values) => [...new Set(values.map((value) => value + 0))].sort((a, b) => a - b));
    fc.assert(
      fc.property(edges, fc.array(fc.nat(1_000), { minLength: 15, maxLength: 15 }), (marks, numbers) => {
        const counts = numbers.slice(0, marks.length + 1);
        const drawn = binScale(marks, [counts]).bars(counts);
        let end = 0;
        for (const { x, width } of drawn) {
          expect(x).toBeGreaterThanOrEqual(end - 1e-6);
          expect(width).toBeGreaterThanOrEqual(0);
          end = x + width;
        }
        expect(end).toBeLessThanOrEqual(PLOT_WIDTH + 1e-6);
        const total = counts.reduce((a, b) => a + b, 0);
        expect(drawn.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(total === 0 ? 0 : 1);
        expect(topDensity([drawn])).toBeGreaterThan(0);
      }),
    );
  });
});
