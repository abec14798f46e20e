import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../domain/canonical-json.ts';
import { encodeInferenceId } from '../../../../domain/inference/inference-id.ts';
import { WindowRecord } from '../../../../domain/monitoring/window-record.ts';
import type { ModelSpec } from '../../../../domain/spec/model-spec.ts';
import {
  aBuilder,
  aLabel,
  aLine,
  COLUMNS,
  HORIZON_MS,
  lined,
  NOON,
  WINDOW,
} from '../../../fixtures/capture-windows.ts';

const TASKS = ['binary', 'multiclass', 'regression'] as const;
const PREDICTIONS: Record<ModelSpec['task'], fc.Arbitrary<number | number[]>> = {
  binary: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.5, 1.5)),
  multiclass: fc.oneof(
    fc.constantFrom(0, 2),
    fc.tuple(fc.double({ min: 0, max: 0.5, noNaN: true })).map(([p]) => [p, p / 3, 1 - p - p / 3]),
  ),
  regression: fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constantFrom(1e74, 1e80, 0.1)),
};
const LABELS: Record<ModelSpec['task'], readonly string[]> = {
  binary: ['0', '1', '1.0', 'x'],
  multiclass: ['low', 'mid', 'high', 'x'],
  regression: ['0.1', '7', '1e74', '-3', 'x'],
};

/** A few calls, so that lines are often about the same one; the last is of a version that is not registered. */
const IDS = Array.from({ length: 7 }, (_, i) => encodeInferenceId(NOON, [1, 1, 1, 1, 2, 2, 9][i] ?? 1, () => i / 7));

/** All that is ever captured of a call, so that its repeats are alike. */
const callOf = (task: ModelSpec['task'], id: number) =>
  fc
    .record({
      age: fc.oneof(fc.integer({ min: -5, max: 140 }), fc.constant(null)),
      spend: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1e140, 1e141, 0.1, 1e-300)),
      plan: fc.constantFrom('free', 'pro', 'gold', null),
      gender: fc.constantFrom('#f', '#m', null),
      weight: fc.constantFrom(1, 1, 3, 4, 1_000_003),
      prediction: PREDICTIONS[task],
      hour: fc.constantFrom(0, 12, 23, 24),
    })
    .map(({ age, spend, plan, gender, weight, prediction, hour }) => {
      const inferenceId = IDS[id] as string;
      return aLine({
        inferenceId,
        version: [1, 1, 1, 1, 2, 2, 9][id] ?? 1,
        eventTime: new Date(WINDOW.start.getTime() + hour * 3_600_000),
        columns: COLUMNS,
        rows: [[age, spend, plan, true]],
        context: { columns: ['gender'], rows: [[gender]] },
        predictions: [prediction],
        weight,
      });
    });

const labelOf = (task: ModelSpec['task']) =>
  fc
    .record({
      id: fc.nat(IDS.length - 1),
      label: fc.constantFrom(...LABELS[task]),
      after: fc.constantFrom(0, 1, 2, HORIZON_MS + 1),
    })
    .map(({ id, label, after }) =>
      aLabel({ inferenceId: IDS[id] as string, label, at: new Date(WINDOW.end.getTime() + after) }),
    );

/** Lines of one window over some objects, and the order in which those come. */
const aWindow = fc.constantFrom(...TASKS).chain((task) =>
  fc
    .tuple(
      fc.tuple(...IDS.map((_, id) => callOf(task, id))),
      fc.array(labelOf(task), { maxLength: 25 }),
      fc.array(fc.nat(100), { maxLength: 12 }),
    )
    .chain(([calls, labels, repeats]) => {
      const lines = [
        ...calls,
        ...labels,
        '{',
        ...repeats.map((i) => [...calls, ...labels][i % (calls.length + labels.length)]),
      ];
      const objects = fc.array(fc.nat(3), { minLength: lines.length, maxLength: lines.length });
      return fc.record({
        task: fc.constant(task),
        objects: objects.map((places) =>
          [0, 1, 2, 3].map((object) => lines.filter((_, i) => places[i] === object) as string[]),
        ),
        order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
        backwards: fc.boolean(),
        stops: fc.boolean(),
      });
    }),
);

describe('what is built from capture objects', () => {
  it('is the same in any order, in one go or in several', async () => {
    await fc.assert(
      fc.asyncProperty(aWindow, async ({ task, objects, order, backwards, stops }) => {
        const name = (object: number) => `object-${object}`;
        const straight = aBuilder({ task });
        for (const [object, lines] of objects.entries()) await straight.addObject(name(object), lined(lines));
        let builder = aBuilder({ task });
        for (const object of order) {
          const lines = objects[object] ?? [];
          await builder.addObject(name(object), lined(backwards ? lines.toReversed() : lines));
          if (!stops) continue;
          const record = WindowRecord.parse(JSON.parse(JSON.stringify(builder.record())));
          builder = aBuilder({ task, record, index: builder.index() });
        }
        expect(canonicalJson(builder.record())).toBe(canonicalJson(straight.record()));
        expect(WindowRecord.parse(builder.record())).toEqual(builder.record());
      }),
      { numRuns: 400 },
    );
  });

  it('does not depend on how lines are spread over objects', async () => {
    await fc.assert(
      fc.asyncProperty(aWindow, async ({ task, objects, order }) => {
        const [spread, whole] = [aBuilder({ task }), aBuilder({ task })];
        for (const object of order) await spread.addObject(`object-${object}`, lined(objects[object] ?? []));
        await whole.addObject('all', lined(objects.flat()));
        const withoutNames = (record: WindowRecord) => canonicalJson({ ...record, ledger: [] });
        expect(withoutNames(spread.record())).toBe(withoutNames(whole.record()));
      }),
      { numRuns: 150 },
    );
  });
});
