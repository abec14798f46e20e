import { UnsupportedModelError } from './errors.ts';
import type { Forest } from './forest.ts';

/** The path is copied at every level: memory and time grow with the square of the depth. */
const MAX_DEPTH = 512;
const NONE = -1;

/**
 * Path-dependent TreeSHAP: what each feature adds to the leaf that a row comes to, against the leaf expected when a
 * feature that is not known goes both ways, by the shares of `cover`. Computed in float64.
 *
 * The names follow Algorithm 2 of the paper: an element of the path has a feature `d`, the share `z` of paths that go
 * on while `d` is unknown, `o` while it is known (0 or 1), and the weight `w` of the subsets of its size.
 * @see Lundberg, Erion and Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", arXiv:1802.03888
 */
export class TreeShap {
  readonly #forest: Forest;
  readonly #cover: Float32Array;
  /** What each tree gives when no feature is known. */
  readonly #expected: Float64Array;
  readonly #d: Int32Array;
  readonly #z: Float64Array;
  readonly #o: Float64Array;
  readonly #w: Float64Array;

  /** @throws UnsupportedModelError for trees deeper than 512 */
  constructor(forest: Forest) {
    if (!forest.cover) throw new Error('a forest without covers cannot be explained');
    this.#forest = forest;
    this.#cover = forest.cover;
    let depth = 0;
    this.#expected = Float64Array.from(forest.roots, (root) => {
      depth = Math.max(depth, this.#depth(root));
      return this.#mean(root);
    });
    // level k holds at most k + 1 elements
    const size = ((depth + 2) * (depth + 3)) / 2;
    this.#d = new Int32Array(size);
    this.#z = new Float64Array(size);
    this.#o = new Float64Array(size);
    this.#w = new Float64Array(size);
  }

  /**
   * Adds one row's contributions of every tree.
   *
   * @param row index of the row in `rows`
   * @param out per group `numFeatures + 1` numbers from `to` on; the last takes the expected margin
   */
  add(rows: Float32Array, row: number, out: Float64Array, to: number): void {
    const { roots, groupOf, numFeatures } = this.#forest;
    for (let tree = 0; tree < roots.length; tree++) {
      const at = to + (groupOf[tree] as number) * (numFeatures + 1);
      out[at + numFeatures] = (out[at + numFeatures] as number) + (this.#expected[tree] as number);
      this.#recurse(roots[tree] as number, 0, 0, 1, 1, NONE, rows, row * numFeatures, out, at);
    }
  }

  /** RECURSE: `start` is where the path of this level begins, `length` what was copied to it. */
  #recurse(
    node: number,
    start: number,
    length: number,
    zero: number,
    one: number,
    feature: number,
    rows: Float32Array,
    from: number,
    out: Float64Array,
    to: number,
  ): void {
    this.#extend(start, length, zero, one, feature);
    const { split, value, child } = this.#forest;
    const at = split[node] as number;
    if (at < 0) {
      const leaf = value[node] as number;
      // z cancels out of what an element with o = 0 takes away: it is the same for all of them
      const cold = -this.#coldSum(start, length) * leaf;
      for (let i = 1; i <= length; i++) {
        const element = start + i;
        const zero = this.#z[element] as number;
        const d = to + (this.#d[element] as number);
        const added = this.#o[element] === 0 ? cold : this.#hotSum(start, length, zero) * (1 - zero) * leaf;
        out[d] = (out[d] as number) + added;
      }
      return;
    }
    const column = at >> 1;
    const seen = rows[from + column] as number;
    const threshold = value[node] as number;
    const goesRight = seen >= threshold ? 1 : seen < threshold ? 0 : at & 1;
    const left = child[node] as number;
    const hot = left + goesRight;
    const cold = left + 1 - goesRight;
    let last = length;
    let incomingZero = 1;
    let incomingOne = 1;
    // the first element stands for no feature
    for (let i = 1; i <= last; i++) {
      if (this.#d[start + i] !== column) continue;
      incomingZero = this.#z[start + i] as number;
      incomingOne = this.#o[start + i] as number;
      this.#unwind(start, last, i);
      last -= 1;
      break;
    }
    const next = start + last + 1;
    for (let side = 0; side < 2; side++) {
      const way = side === 0 ? hot : cold;
      const known = side === 0 ? incomingOne : 0;
      const unknown = incomingZero * this.#share(way, node);
      // nothing goes there, known or not
      if (unknown === 0 && known === 0) continue;
      this.#copy(start, next, last + 1);
      this.#recurse(way, next, last + 1, unknown, known, column, rows, from, out, to);
    }
  }

  /** Element by element: paths are too short for what `copyWithin` costs. */
  #copy(from: number, to: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#d[to + i] = this.#d[from + i] as number;
      this.#z[to + i] = this.#z[from + i] as number;
      this.#o[to + i] = this.#o[from + i] as number;
      this.#w[to + i] = this.#w[from + i] as number;
    }
  }

  /** EXTEND: grows all subsets by one more feature; `length` elements stand there already. */
  #extend(start: number, length: number, zero: number, one: number, feature: number): void {
    const w = this.#w;
    this.#d[start + length] = feature;
    this.#z[start + length] = zero;
    this.#o[start + length] = one;
    w[start + length] = length === 0 ? 1 : 0;
    for (let i = length - 1; i >= 0; i--) {
      const weight = w[start + i] as number;
      w[start + i + 1] = (w[start + i + 1] as number) + (one * weight * (i + 1)) / (length + 1);
      w[start + i] = (zero * weight * (length - i)) / (length + 1);
    }
  }

  /** UNWIND: undoes EXTEND by the element `i`; `last` is the index of the last element. */
  #unwind(start: number, last: number, i: number): void {
    const w = this.#w;
    const one = this.#o[start + i] as number;
    const zero = this.#z[start + i] as number;
    let next = w[start + last] as number;
    for (let j = last - 1; j >= 0; j--) {
      if (one !== 0) {
        const weight = w[start + j] as number;
        w[start + j] = (next * (last + 1)) / ((j + 1) * one);
        next = weight - ((w[start + j] as number) * zero * (last - j)) / (last + 1);
      } else {
        w[start + j] = ((w[start + j] as number) * (last + 1)) / (zero * (last - j));
      }
    }
    for (let j = start + i; j < start + last; j++) {
      this.#d[j] = this.#d[j + 1] as number;
      this.#z[j] = this.#z[j + 1] as number;
      this.#o[j] = this.#o[j + 1] as number;
    }
  }

  /** The sum of the weights that UNWIND would leave of an element with o = 1. */
  #hotSum(start: number, last: number, zero: number): number {
    const w = this.#w;
    let next = w[start + last] as number;
    let total = 0;
    for (let j = last - 1; j >= 0; j--) {
      const unwound = (next * (last + 1)) / (j + 1);
      total += unwound;
      next = (w[start + j] as number) - (unwound * zero * (last - j)) / (last + 1);
    }
    return total;
  }

  /** The same for an element with o = 0, times its z. */
  #coldSum(start: number, last: number): number {
    let total = 0;
    for (let j = 0; j < last; j++) total += ((this.#w[start + j] as number) * (last + 1)) / (last - j);
    return total;
  }

  /** Of the training rows at a node, those that went on to this child; halves where there were none. */
  #share(child: number, node: number): number {
    const cover = this.#cover[node] as number;
    return cover > 0 ? (this.#cover[child] as number) / cover : 0.5;
  }

  #mean(node: number): number {
    const { split, value, child } = this.#forest;
    if ((split[node] as number) < 0) return value[node] as number;
    const left = child[node] as number;
    return this.#share(left, node) * this.#mean(left) + this.#share(left + 1, node) * this.#mean(left + 1);
  }

  /** Levels below a node. @throws UnsupportedModelError */
  #depth(node: number, above = 0): number {
    if (above > MAX_DEPTH)
      throw new UnsupportedModelError(`a tree is deeper than ${MAX_DEPTH}: it cannot be explained`);
    const { split, child } = this.#forest;
    if ((split[node] as number) < 0) return above;
    const left = child[node] as number;
    return Math.max(this.#depth(left, above + 1), this.#depth(left + 1, above + 1));
  }
}
