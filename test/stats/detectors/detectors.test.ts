import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adwin } from '../../../stats/detectors/adwin.ts';
import { ddm } from '../../../stats/detectors/ddm.ts';
import type { Detector, Signal } from '../../../stats/detectors/detector.ts';
import { pageHinkley } from '../../../stats/detectors/page-hinkley.ts';

interface Stream {
  readonly seed: number;
  readonly kind: 'normal' | 'uniform' | 'bernoulli';
  readonly segments: readonly (readonly [length: number, mean: number, spread: number])[];
}

interface Recorded {
  readonly detector: keyof typeof DETECTORS;
  readonly settings: object;
  readonly stream: Stream;
  readonly drifts: readonly number[];
  readonly warnings?: number;
  readonly firstWarnings?: readonly number[];
  readonly window?: { readonly width: number; readonly total: number; readonly variance: number };
}

const DETECTORS = { pageHinkley, ddm, adwin } as const;
const recorded = JSON.parse(readFileSync(new URL('../fixtures/river-detectors.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Recorded[];
};

/** The streams as they were recorded: see the note in the fixture. */
function valuesOf({ seed, kind, segments }: Stream): number[] {
  let state = seed;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const draw = {
    normal: (mean: number, spread: number) => {
      let sum = 0;
      for (let i = 0; i < 12; i++) sum += next();
      return mean + spread * (sum - 6);
    },
    uniform: (mean: number, spread: number) => mean + spread * next(),
    bernoulli: (mean: number) => (next() < mean ? 1 : 0),
  }[kind];
  return segments.flatMap(([length, mean, spread]) => Array.from({ length }, () => draw(mean, spread)));
}

function run<State>(detector: Detector<State>, values: readonly number[], between = (state: State) => state) {
  let state = detector.start;
  const signals: Signal[] = [];
  for (const value of values) {
    const detection = detector.add(between(state), value);
    state = detection.state;
    signals.push(detection.signal);
  }
  return { state, signals };
}

const indexesOf = (signals: readonly Signal[], signal: Signal) =>
  signals.flatMap((each, i) => (each === signal ? i : []));

for (const [name, make] of Object.entries(DETECTORS)) {
  const detector = make as (settings?: object) => Detector<object>;
  const cases = recorded.cases.filter((each) => each.detector === name);

  describe(`the ${name} detector`, () => {
    for (const { settings, stream, drifts, warnings, firstWarnings, window } of cases) {
      it(`finds what river finds in stream ${stream.seed} with ${JSON.stringify(settings)}`, () => {
        const { state, signals } = run(detector(settings), valuesOf(stream));
        expect(indexesOf(signals, 'drift')).toEqual(drifts);
        const warned = indexesOf(signals, 'warning');
        expect(warned.length).toBe(warnings ?? 0);
        expect(warned.slice(0, 20)).toEqual(firstWarnings ?? []);
        if (!window || signals.at(-1) === 'drift') return;
        const { width, total, variance } = state as { width: number; total: number; variance: number };
        expect(width).toBe(window.width);
        expect(total).toBeCloseTo(window.total, 6);
        // what river calls the variance is the sum of squares too
        expect(variance).toBeCloseTo(window.variance, 6);
      });
    }

    it('was recorded with drifts and without', () => {
      expect(cases.some(({ drifts }) => drifts.length > 1)).toBe(true);
      expect(cases.some(({ drifts }) => drifts.length === 0)).toBe(true);
    });

    it('goes on as if nothing had happened when its state was stored as JSON', () => {
      const { stream, settings } = cases.find(({ drifts }) => drifts.length > 0) as Recorded;
      const values = valuesOf(stream).slice(0, 2_500);
      const stored = run(detector(settings), values, (state) => JSON.parse(JSON.stringify(state)));
      expect(stored).toEqual(run(detector(settings), values));
    });

    it('leaves the state it was given as it was', () => {
      const bits = fc.array(fc.constantFrom(0, 1), { maxLength: 80 });
      fc.assert(
        fc.property(bits, fc.constantFrom(0, 1), (values, value) => {
          const { state } = run(detector(), values);
          const before = JSON.stringify(state);
          expect(detector().add(state, value)).toEqual(detector().add(state, value));
          expect(JSON.stringify(state)).toBe(before);
        }),
      );
    });

    it('refuses what is no number', () => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => detector().add(detector().start, value)).toThrow(RangeError);
      }
    });
  });
}

describe('a setting of a detector', () => {
  for (const [make, message] of [
    [() => pageHinkley({ minInstances: 0 }), 'minInstances must be a whole number of at least 1, got 0'],
    [() => pageHinkley({ alpha: 1.1 }), 'alpha must be from 0 to 1, got 1.1'],
    [() => pageHinkley({ threshold: -1 }), 'threshold must be from 0'],
    [() => ddm({ warmStart: -1 }), 'warmStart must be a whole number of at least 0, got -1'],
    [() => ddm({ driftThreshold: Number.NaN }), 'driftThreshold must be from 0'],
    [() => adwin({ delta: 0 }), 'delta must be from'],
    [() => adwin({ clock: 0.5 }), 'clock must be a whole number of at least 1, got 0.5'],
    [() => adwin({ maxBuckets: 1 }), 'maxBuckets must be a whole number of at least 2, got 1'],
  ] as const) {
    it(`is refused with "${message}"`, () => {
      expect(make).toThrow(RangeError);
      expect(make).toThrow(message);
    });
  }
});

it('a wrong prediction is 1, a right one 0, and nothing else is taken by ddm', () => {
  expect(() => ddm().add(ddm().start, 0.5)).toThrow('value must be 0 or 1, got 0.5');
});
