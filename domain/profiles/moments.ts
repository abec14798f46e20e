import {
  addExactly,
  addProduct,
  addSum,
  centredSquares,
  type ExactSum,
  totalOf,
} from '../../stats/quality/exact-sum.ts';

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
  #count = 0;
  readonly #sum = new RunningSum();
  readonly #squares = new RunningSum();
  /** What rounding took from squares. */
  readonly #remainders = new RunningSum();

  constructor(sums?: MomentSums) {
    if (!sums) return;
    this.#count = sums.count;
    addSum(this.#sum.rest, sums.sum);
    addSum(this.#squares.rest, sums.squares);
  }

  get count(): number {
    return this.#count;
  }

  /** @param value at most MOMENT_LIMIT in size @param weight at most 2^31 */
  add(value: number, weight: number): void {
    this.#count += weight;
    const square = value * value;
    const spread = SPLITTER * value;
    const upper = spread - (spread - value);
    const lower = value - upper;
    const remainder = upper * upper - square + 2 * upper * lower + lower * lower;
    if ((weight & (weight - 1)) === 0) {
      this.#sum.add(value * weight);
      this.#squares.add(square * weight);
      if (remainder !== 0) this.#remainders.add(remainder * weight);
    } else {
      addProduct(this.#sum.rest, value, weight);
      addProduct(this.#squares.rest, square, weight);
      addProduct(this.#squares.rest, remainder, weight);
    }
  }

  sums(): MomentSums {
    const squares = this.#squares.exactSum();
    addSum(squares, this.#remainders.exactSum());
    return { count: this.#count, sum: this.#sum.exactSum(), squares };
  }

  /** NaN for no values. */
  figures(): { mean: number; m2: number } {
    const { count, sum, squares } = this.sums();
    return { mean: totalOf(sum) / count, m2: centredSquares(count, sum, squares) };
  }
}

/** 2^27 + 1: cuts the 53 bits of a double in two halves, so that a square can be told from what it is rounded to (Dekker 1971). */
const SPLITTER = 134_217_729;

/**
 * A sum without rounding whose first two parts are kept apart: what those cannot hold, which is rare for values of one
 * column, goes to the rest.
 *
 * @see Knuth, The Art of Computer Programming 2, 4.2.2, theorem B, for the error of an addition
 */
class RunningSum {
  readonly rest: ExactSum = [];
  readonly #parts = new Float64Array(2);

  add(value: number): void {
    const parts = this.#parts;
    const first = parts[0] as number;
    const sum = first + value;
    const back = sum - first;
    const error = first - (sum - back) + (value - back);
    parts[0] = sum;
    if (error === 0) return;
    const second = parts[1] as number;
    const errors = second + error;
    const errorsBack = errors - second;
    const lost = second - (errors - errorsBack) + (error - errorsBack);
    parts[1] = errors;
    if (lost !== 0) addExactly(this.rest, lost);
  }

  exactSum(): ExactSum {
    const sum = [...this.rest];
    for (const part of this.#parts) addExactly(sum, part);
    return sum;
  }
}
