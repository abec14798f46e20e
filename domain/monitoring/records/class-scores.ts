import { damagedIndex, type Section } from './index-file.ts';

/** Classes above which probabilities are not kept: the log loss of labels that come later is then not known. */
export const MOST_CLASSES_WITH_SCORES = 16;
/** Losses end here: -ln of the smallest double above 1, minus 1, as log loss is cut off at it. */
const LARGEST_LOSS = -Math.log(Number.EPSILON);
const LOSS_STEPS = 65_535;
const HAS_SCORES = 0x8000;

/**
 * Predictions of rows of classes, two bytes per number: the likeliest class and, of at most MOST_CLASSES_WITH_SCORES
 * classes, the loss that each would mean as a label, in steps of 0.00055 nats.
 */
export class ClassScores {
  #cells: Uint16Array<ArrayBuffer>;
  #length: number;

  constructor(cells: Uint16Array<ArrayBuffer> = new Uint16Array(1_024), length = 0) {
    this.#cells = cells;
    this.#length = length;
  }

  /** What `cells` gave. @throws RangeError */
  static load(cells: Section | undefined): ClassScores {
    if (!(cells instanceof Uint16Array)) throw damagedIndex('it has no classScores');
    return new ClassScores(cells, cells.length);
  }

  /** @param prediction a class index, or one probability per class @returns where the row begins */
  add(prediction: number | readonly number[]): number {
    const from = this.#length;
    if (typeof prediction === 'number') this.#push(prediction);
    else {
      const keeps = prediction.length <= MOST_CLASSES_WITH_SCORES;
      this.#push(likeliest(prediction) | (keeps ? HAS_SCORES : 0));
      for (const share of keeps ? prediction : []) this.#push(stepsOf(share));
    }
    return from;
  }

  predicted(from: number): number {
    return (this.#cells[from] as number) & ~HAS_SCORES;
  }

  hasScores(from: number): boolean {
    return ((this.#cells[from] as number) & HAS_SCORES) !== 0;
  }

  /** Of a row with scores. */
  probability(from: number, label: number): number {
    return Math.exp((-(this.#cells[from + 1 + label] as number) * LARGEST_LOSS) / LOSS_STEPS);
  }

  cells(): Uint16Array<ArrayBuffer> {
    return this.#cells.subarray(0, this.#length);
  }

  #push(cell: number): void {
    if (this.#length === this.#cells.length) {
      const longer = new Uint16Array(Math.ceil(this.#length * 1.5) + 1_024);
      longer.set(this.#cells);
      this.#cells = longer;
    }
    this.#cells[this.#length] = cell;
    this.#length += 1;
  }
}

const stepsOf = (share: number): number =>
  Math.round((Math.min(-Math.log(share), LARGEST_LOSS) / LARGEST_LOSS) * LOSS_STEPS);

/** The first of equals. */
export function likeliest(shares: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < shares.length; i++) if ((shares[i] as number) > (shares[best] as number)) best = i;
  return best;
}
