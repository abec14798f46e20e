import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOSS_BINS, LOSS_PARTS } from '../../../domain/rollout/bins.ts';
import { JudgedRequest, type RowLabel, withLabels } from '../../../domain/rollout/judged-request.ts';

const CLASSES = ['no', 'yes'];
const aRequest = (changes: Partial<JudgedRequest> = {}): JudgedRequest =>
  JudgedRequest.parse({
    ...{ model: 'churn', inferenceId: 'i', rolloutId: 'churn-v2-r1', version: 2, rev: 4, predictions: [0.2, 0.9] },
    ...changes,
  });
const at = (row: number, label: string, atMs = 1): RowLabel => ({ row, label, atMs });
const meanOf = (parts: readonly number[]): number =>
  parts.reduce((sum, count, i) => sum + count * i, 0) / (LOSS_BINS - 1) / LOSS_PARTS;

describe('labels of a request', () => {
  const losses: [string, Partial<JudgedRequest>, readonly RowLabel[], readonly string[], number][] = [
    ['the Brier score of the positive class', {}, [at(0, 'yes')], CLASSES, 0.64],
    ['and of the other', {}, [at(0, 'no')], CLASSES, 0.04],
    ['the mean over its rows', {}, [at(0, 'no'), at(1, 'no')], CLASSES, (0.04 + 0.81) / 2],
    ['another class of several', { predictions: ['b'] }, [at(0, 'a')], ['a', 'b', 'c'], 1],
    ['the class of several', { predictions: ['b'] }, [at(0, 'b')], ['a', 'b', 'c'], 0],
    ['an error as a share of the scale', { predictions: [12], scale: 8 }, [at(0, '10')], [], 0.25],
    ['an error beyond the scale', { predictions: [12], scale: 8 }, [at(0, '-100')], [], 1],
  ];
  for (const [what, request, labels, classes, loss] of losses) {
    it(`come to a loss: ${what}`, () => {
      const { change } = withLabels(aRequest(request), labels, classes) ?? { change: [] };
      expect(change.reduce((sum, parts) => sum + parts, 0)).toBe(LOSS_PARTS);
      expect(meanOf(change)).toBeCloseTo(loss, 4);
    });
  }

  it('say nothing new when they are repeated, of a row that was not kept, or older than what is known', () => {
    const once = withLabels(aRequest(), [at(0, 'yes', 5)], CLASSES)?.request as JudgedRequest;
    expect(withLabels(once, [at(0, 'yes', 5)], CLASSES)).toBeUndefined();
    expect(withLabels(once, [at(2, 'yes', 9)], CLASSES)).toBeUndefined();
    expect(withLabels(once, [at(0, 'no', 4)], CLASSES)).toBeUndefined();
  });

  it('count once with the newest value, in whatever order and however often they come', () => {
    const label = fc.record({
      row: fc.nat(2),
      label: fc.constantFrom(...CLASSES),
      // one label a moment: what counts of two of one moment is whichever came first
      atMs: fc.nat(1_000),
    });
    const labels = fc.uniqueArray(label, { selector: ({ atMs }) => atMs, maxLength: 8 });
    fc.assert(
      fc.property(labels, fc.infiniteStream(fc.nat()), (given, order) => {
        const shuffled = [...given, ...given].map((one) => [order.next().value as number, one] as const);
        shuffled.sort((a, b) => a[0] - b[0]);
        let request = aRequest();
        const total = new Array<number>(LOSS_BINS).fill(0);
        for (const [, one] of shuffled) {
          const labelled = withLabels(request, [one], CLASSES);
          request = labelled?.request ?? request;
          for (const [i, parts] of (labelled?.change ?? []).entries()) total[i] = (total[i] as number) + parts;
        }
        const newest = new Map(given.toSorted((a, b) => a.atMs - b.atMs).map((one) => [one.row, one]));
        const whole = withLabels(aRequest(), [...newest.values()], CLASSES);
        expect(total).toEqual(whole?.change ?? new Array(LOSS_BINS).fill(0));
      }),
    );
  });
});
