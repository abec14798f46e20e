import { damagedIndex, type Section } from './index-file.ts';

/** How rows of a window are told apart besides by version. */
export interface IndexColumns {
  readonly segments: readonly string[];
  readonly groups: readonly string[];
}

const FIRST_CAPACITY = 1_024;
/** Little enough that a window of millions of rows leaves no large part of its memory empty. */
const GROWTH = 1.25;
/** Places past the last home: what is pushed off the end of the table ends up there. */
const OVERFLOW_PLACES = 256;
/** Twice as many places as hashes, then it grows: runs of taken places stay short. */
const FIRST_PLACES_LOG2 = 11;
const MOST_PLACES_LOG2 = 30;

const STORED = [
  'hi',
  'lo',
  'weight',
  'version',
  'value',
  'labelAt',
  'label',
  'contradicted',
  'segments',
  'groups',
] as const;

/**
 * One entry per row that was captured or labelled, found by the 64-bit hash of its id. Entries lie in columns in the order
 * in which they came; `order()` lists them by hash, whatever that order was.
 */
export class RowIndex {
  size = 0;
  hi = new Uint32Array(FIRST_CAPACITY);
  lo = new Uint32Array(FIRST_CAPACITY);
  /** 0 = labelled, but not captured. */
  weight = new Uint32Array(FIRST_CAPACITY);
  /** Position in the builder's list of versions. */
  version = new Uint16Array(FIRST_CAPACITY);
  /** Score or number; of classes where the row begins in `ClassScores`. */
  value = new Float64Array(FIRST_CAPACITY);
  /** When the label became known, milliseconds since 1970; NaN = no label. */
  labelAt = new Float64Array(FIRST_CAPACITY);
  /** A number, or the position of a class in the builder's list of labels. */
  label: Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  /** 1 where labels of different values came. */
  contradicted = new Uint8Array(FIRST_CAPACITY);
  /** Row-major, one per segment column; 0 = in no segment. */
  segments = new Uint8Array(0);
  /** Row-major, one per group column. */
  groups = new Uint16Array(0);
  columns: IndexColumns = { segments: [], groups: [] };
  #placesLog2 = FIRST_PLACES_LOG2;
  /** Entry + 1 by place, from its home (the hash's first bits) on, rising by hash; 0 = empty. */
  #places = new Uint32Array(2 ** FIRST_PLACES_LOG2 + OVERFLOW_PLACES);

  constructor(labels: 'numbers' | 'classes') {
    this.label = labels === 'numbers' ? new Float64Array(FIRST_CAPACITY) : new Uint16Array(FIRST_CAPACITY);
  }

  /** What `store` gave. @throws RangeError if it cannot have come from there */
  static load(
    labels: 'numbers' | 'classes',
    columns: IndexColumns,
    sections: Readonly<Record<string, Section>>,
  ): RowIndex {
    const index = new RowIndex(labels);
    index.columns = columns;
    index.size = sections.hi?.length ?? 0;
    for (const name of STORED) {
      const stored = sections[name];
      if (stored?.constructor !== index[name].constructor || stored.length !== index.size * index.#widthOf(name)) {
        throw damagedIndex(`${name} are not what ${index.size} rows need`);
      }
      Object.assign(index, { [name]: stored });
    }
    const { order } = sections;
    if (!(order instanceof Uint32Array) || !index.#isOrder(order)) throw damagedIndex('its hashes do not rise');
    index.#refill(order);
    return index;
  }

  /** Columns of the entries, and their order by hash. */
  store(): Record<string, Section> {
    const columns = STORED.map((name) => [name, this[name].subarray(0, this.size * this.#widthOf(name))] as const);
    return { ...Object.fromEntries(columns), order: this.order() };
  }

  /** Each entry once, by rising hash: then no two have the same. */
  #isOrder(order: Uint32Array): boolean {
    if (order.length !== this.size) return false;
    for (let i = 0; i < order.length; i++) {
      const entry = order[i] as number;
      if (entry >= this.size) return false;
      if (i > 0 && !this.#isBefore(order[i - 1] as number, this.hi[entry] as number, this.lo[entry] as number)) {
        return false;
      }
    }
    return true;
  }

  /** Says what rows are told apart by, before the first is captured. */
  setColumns(columns: IndexColumns): void {
    this.columns = columns;
    this.segments = new Uint8Array(this.hi.length * columns.segments.length);
    this.groups = new Uint16Array(this.hi.length * columns.groups.length);
  }

  /** The entry of a hash; a new one is neither captured nor labelled. */
  entryOf(hi: number, lo: number): number {
    const place = this.#placeOf(hi, lo);
    const held = this.#places[place] as number;
    if (held !== 0 && this.hi[held - 1] === hi && this.lo[held - 1] === lo) return held - 1;
    const entry = this.#append(hi, lo);
    this.#insert(entry, place);
    return entry;
  }

  /** Entries by rising hash. */
  order(): Uint32Array<ArrayBuffer> {
    const order = new Uint32Array(this.size);
    let count = 0;
    for (const held of this.#places) if (held !== 0) order[count++] = held - 1;
    return order;
  }

  #append(hi: number, lo: number): number {
    if (this.size === this.hi.length) this.#reserve(Math.ceil(this.size * GROWTH) + FIRST_CAPACITY);
    const entry = this.size;
    this.size += 1;
    this.hi[entry] = hi;
    this.lo[entry] = lo;
    this.labelAt[entry] = Number.NaN;
    return entry;
  }

  /** Where the hash is, or belongs: the first place from its home on that is empty or holds no smaller one. */
  #placeOf(hi: number, lo: number): number {
    let place = hi >>> (32 - this.#placesLog2);
    while (place < this.#places.length) {
      const held = this.#places[place] as number;
      if (held === 0 || !this.#isBefore(held - 1, hi, lo)) break;
      place += 1;
    }
    return place;
  }

  #isBefore(entry: number, hi: number, lo: number): boolean {
    const own = this.hi[entry] as number;
    return own < hi || (own === hi && (this.lo[entry] as number) < lo);
  }

  /** Puts a new entry in its place; those behind it move up by one, so that hashes go on rising. */
  #insert(entry: number, place: number): void {
    let end = place;
    while (end < this.#places.length && this.#places[end] !== 0) end += 1;
    if (end >= this.#places.length || this.size * 2 > 2 ** this.#placesLog2) {
      const order = new Uint32Array(this.size);
      let count = 0;
      for (let i = 0; i <= this.#places.length; i++) {
        if (i === place) order[count++] = entry;
        const held = this.#places[i] ?? 0;
        if (held !== 0) order[count++] = held - 1;
      }
      this.#placesLog2 += 1;
      this.#refill(order);
      return;
    }
    this.#places.copyWithin(place + 1, place, end);
    this.#places[place] = entry + 1;
  }

  /** @param order entries by rising hash @throws RangeError if they crowd together as hashes do not */
  #refill(order: Uint32Array): void {
    while (order.length * 2 > 2 ** this.#placesLog2) this.#placesLog2 += 1;
    for (; this.#placesLog2 <= MOST_PLACES_LOG2; this.#placesLog2++) {
      this.#places = new Uint32Array(2 ** this.#placesLog2 + OVERFLOW_PLACES);
      let next = 0;
      for (const entry of order) {
        next = Math.max(next, (this.hi[entry] as number) >>> (32 - this.#placesLog2));
        if (next >= this.#places.length) break;
        this.#places[next] = entry + 1;
        next += 1;
      }
      if (next < this.#places.length) return;
    }
    throw damagedIndex('its hashes are not spread');
  }

  #widthOf(name: (typeof STORED)[number]): number {
    return name === 'segments' || name === 'groups' ? this.columns[name].length : 1;
  }

  #reserve(capacity: number): void {
    for (const name of STORED) {
      const column = this[name];
      const longer = emptyLike(column, capacity * this.#widthOf(name));
      longer.set(column);
      Object.assign(this, { [name]: longer });
    }
  }
}

const emptyLike = (column: Section, length: number): Section =>
  new (column.constructor as new (length: number) => Section)(length);
