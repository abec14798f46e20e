import { addExactly, centredSquares, type ExactSum, totalOf } from '../../stats/quality/exact-sum.ts';

/** State of `Moments` as plain JSON. */
export interface MomentSums {
  readonly count: number;
  readonly sum: ExactSum;
  /** Of squares. */
  readonly squares: ExactSum;
}

/**
 * Mean and sum of squared deviations of values that come one by one. Only the end result is rounded: neither the order of
 * values matters, nor how they were put together from parts, and a large mean costs no digits.
 */
export class Moments {
  #count: number;
  readonly #sum = new LimbSum();
  readonly #squares = new LimbSum();

  constructor({ count, sum, squares }: MomentSums = { count: 0, sum: [], squares: [] }) {
    this.#count = count;
    for (const part of sum) this.#sum.add(part, 1);
    for (const part of squares) this.#squares.add(part, 1);
  }

  get count(): number {
    return this.#count;
  }

  /** @param value at most MOMENT_LIMIT in size */
  add(value: number, weight: number): void {
    this.#count += weight;
    this.#sum.add(value, weight);
    const square = value * value;
    this.#squares.add(square, weight);
    // what rounding took from the square (Dekker 1971)
    const spread = SPLITTER * value;
    const upper = spread - (spread - value);
    const lower = value - upper;
    this.#squares.add(upper * upper - square + 2 * upper * lower + lower * lower, weight);
  }

  sums(): MomentSums {
    return { count: this.#count, sum: this.#sum.exactSum(), squares: this.#squares.exactSum() };
  }

  /** NaN for no values. */
  figures(): { mean: number; m2: number } {
    const { count, sum, squares } = this.sums();
    return { mean: totalOf(sum) / count, m2: centredSquares(count, sum, squares) };
  }
}

/** 2^27 + 1: cuts the 53 bits of a double in two halves. */
const SPLITTER = 134_217_729;
/** Bits of one limb. */
const LIMB_BITS = 24;
const LIMBS = Math.ceil(2_048 / LIMB_BITS);
/** By limb: adding and subtracting it rounds a double to the limb's unit, 2 ** (24 limb - 1023). */
const ROUNDERS = Float64Array.from(
  { length: LIMBS },
  (_, limb) => 1.5 * 2 ** Math.min(52 + LIMB_BITS * limb - 1_023, 1_023),
);
/** By biased exponent of a double. */
const LIMB_OF = Uint8Array.from({ length: 2_048 }, (_, exponent) => exponent / LIMB_BITS);

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which of the two words holds sign and exponent. */
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * Cuts doubles into pieces of 24 bits and sums the pieces of each size apart; 2^28 of one size are exact. It gives the
 * value that `addExactly` gives at a fraction of the time, in 688 bytes. Only what is below 2^-999 is
 * summed with rounding.
 */
class LimbSum {
  readonly #limbs = new Float64Array(LIMBS);

  add(value: number, weight: number): void {
    const limbs = this.#limbs;
    let rest = value;
    while (rest !== 0) {
      double[0] = rest;
      const limb = LIMB_OF[((words[UPPER] as number) >>> 20) & 0x7ff] as number;
      if (limb === 0) {
        limbs[0] = (limbs[0] as number) + rest * weight;
        return;
      }
      const rounder = ROUNDERS[limb] as number;
      const piece = rest + rounder - rounder;
      limbs[limb] = (limbs[limb] as number) + piece * weight;
      rest -= piece;
    }
  }

  exactSum(): ExactSum {
    const sum: ExactSum = [];
    for (const limb of this.#limbs) if (limb !== 0) addExactly(sum, limb);
    return sum;
  }
}
