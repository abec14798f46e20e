import { beforeEach, describe, expect, it } from 'vitest';
import { suggestRange } from '../../../../domain/contracts/infer/range.ts';
import { suggestColumn } from '../../../../domain/contracts/infer/suggest-column.ts';
import { seeded } from '../../../fixtures/random.ts';
import { aColumn, numbersOf, textsOf } from './facts.ts';

let next = seeded(0);
/** Each test draws the same numbers, also alone. */
beforeEach(() => {
  next = seeded(20_261_123);
});
const random = () => next();
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const poisson = (mean: number) => () => {
  let k = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) k += 1;
  return k;
};
const draw = <T>(n: number, one: () => T): T[] => Array.from({ length: n }, one);

/** Stated: of files like the one seen, at most one in twenty has a row outside a suggested range, at either end. */
const MAX_BROKEN = 0.05;
const REPEATS = 200;

const DISTRIBUTIONS: readonly [name: string, one: () => number, integer: boolean][] = [
  ['normal', normal, false],
  ['normal far from 0', () => 1_000 + normal(), false],
  ['normal near 0', () => 3 + normal(), false],
  ['log-normal', () => Math.exp(normal()), false],
  ['log-normal with a heavy tail', () => Math.exp(2 * normal()), false],
  ['Pareto with an infinite variance', () => (1 - random()) ** -0.7, false],
  ['exponential', () => -Math.log(1 - random()), false],
  ['uniform', random, false],
  ['uniform and negative', () => -5 * random(), false],
  ['uniform whole numbers', () => Math.floor(10 * random()), true],
  ['zero-inflated', () => (random() < 0.9 ? 0 : Math.exp(normal())), false],
  ['rarely not zero', () => (random() < 0.99 ? 0 : Math.exp(normal())), false],
  ['Poisson', poisson(3), true],
  ['Poisson and mostly zero', poisson(0.1), true],
  ['a flag', () => (random() < 0.05 ? 1 : 0), true],
];

describe('a suggested range', () => {
  for (const n of [200, 1_000])
    for (const [name, one, integer] of DISTRIBUTIONS)
      it(`holds for files like the one seen: ${n} rows, ${name}`, () => {
        let broken = 0;
        let bounds = 0;
        for (let repeat = 0; repeat < REPEATS; repeat++) {
          const { min, max } = suggestRange(numbersOf(draw(n, one)), { name: 'x', integer });
          const later = draw(n, one);
          bounds += (min ? 1 : 0) + (max ? 1 : 0);
          if (later.some((value) => value < (min?.value ?? -Infinity) || value > (max?.value ?? Infinity))) broken += 1;
        }
        expect(broken / REPEATS).toBeLessThanOrEqual(MAX_BROKEN);
        // a rule that suggests nothing cannot fail: most of these have both ends
        if (!/heavy|infinite|rarely/.test(name)) expect(bounds).toBeGreaterThan(REPEATS);
      });
});

describe('allowed shares', () => {
  const broken = (judge: () => boolean): number => draw(400, judge).filter(Boolean).length / 400;

  for (const n of [100, 1_000])
    for (const share of [0.0005, 0.02, 0.3])
      it(`of missing cells hold for files like the one seen: ${n} rows, ${share} missing`, () => {
        const nulls = () => draw(n, () => random() < share).filter(Boolean).length;
        const rate = broken(() => {
          const { fields } = suggestColumn(aColumn({ rows: n, nulls: nulls(), numbers: numbersOf([1, 2]) }));
          // a column that is not nullable sets rows aside; it may be wrong about no more than one row of a hundred
          const allowed = fields.nullable ? (fields.maxNullShare ?? 1) : 0.01;
          return nulls() / n > allowed;
        });
        expect(rate).toBeLessThanOrEqual(0.01);
      });

  for (const n of [200, 2_000])
    for (const exponent of [1.2, 2])
      it(`of unseen values hold for files like the one seen: ${n} rows, Zipf with exponent ${exponent}`, () => {
        const weights = Array.from({ length: 3_000 }, (_, i) => (i + 1) ** -exponent);
        const sums: number[] = [];
        for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight);
        const one = () => {
          const at = random() * (sums.at(-1) as number);
          let [low, high] = [0, sums.length - 1];
          while (low < high) {
            const middle = (low + high) >> 1;
            if ((sums[middle] as number) < at) low = middle + 1;
            else high = middle;
          }
          return `v${low}`;
        };
        let listed = 0;
        const rate = broken(() => {
          const { fields } = suggestColumn(aColumn({ type: 'category', rows: n, ...textsOf(draw(n, one)) }));
          const { values, maxUnseenShare } = fields;
          if (!values) return false;
          listed += 1;
          const known = new Set(values);
          const unseen = draw(n, one).filter((value) => !known.has(value)).length;
          return unseen / n > (maxUnseenShare ?? 0);
        });
        expect(rate).toBeLessThanOrEqual(0.01);
        expect(listed > 0).toBe(exponent === 2);
      });
});
