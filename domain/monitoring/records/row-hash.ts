const ODD_A = 0x01000193;
const ODD_B = 0x9e3779b1;

/** 64 bits of a row's id, `<inferenceId>.<row>`: equal for equal ids, and of a million different ones none alike but by 3 in 10^8. */
export class RowHash {
  /** Upper 32 bits, unsigned. */
  hi = 0;
  /** Lower 32 bits, unsigned. */
  lo = 0;
  #a = 0;
  #b = 0;

  /** The hash of a whole id. */
  ofId(rowId: string): this {
    this.#start();
    this.#add(rowId);
    return this.#finish();
  }

  /** The same as `ofId` of the call's id, a point and the row. */
  ofRow(inferenceId: string, row: number): this {
    this.#start();
    this.#add(inferenceId);
    this.#add(row === 0 ? '.0' : `.${row}`);
    return this.#finish();
  }

  #start(): void {
    this.#a = 0x811c9dc5 | 0;
    this.#b = 0x2545f491;
  }

  #add(text: string): void {
    let [a, b] = [this.#a, this.#b];
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, ODD_A);
      b = Math.imul(((b << 5) | (b >>> 27)) ^ unit, ODD_B);
    }
    this.#a = a;
    this.#b = b;
  }

  /** Every bit of either half depends on both: reversible, so that nothing is lost. */
  #finish(): this {
    const hi = avalanche(this.#a ^ avalanche(this.#b));
    this.hi = hi;
    this.lo = avalanche(this.#b ^ hi);
    return this;
  }
}

/** A bijection of 32 bits in which each bit of the input turns about half of the output's. */
function avalanche(bits: number): number {
  let mixed = bits ^ (bits >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
