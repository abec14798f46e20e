import { MalformedModelError } from './errors.ts';

export type UbjNumbers = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Payload size of the numeric markers, in bytes. */
const WIDTH: Record<string, number> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };
const NO_OP = 'N'.charCodeAt(0);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads UBJSON's primitives (big-endian) and never past the end: every short read is a MalformedModelError. */
export class UbjCursor {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.position;
  }

  fail(problem: string, at = this.position): never {
    throw new MalformedModelError(`the UBJSON at byte ${at} is damaged: ${problem}`);
  }

  /** `N` may stand anywhere between values and means nothing. */
  skipNoOps(): void {
    while (this.#bytes[this.position] === NO_OP) this.position += 1;
  }

  marker(): string {
    this.skipNoOps();
    return String.fromCharCode(this.#bytes[this.#advance(1)] as number);
  }

  /** Consumes the next byte if it is this marker. */
  accept(marker: string): boolean {
    this.skipNoOps();
    const found = this.#bytes[this.position] === marker.charCodeAt(0);
    if (found) this.position += 1;
    return found;
  }

  isNumeric(marker: string): boolean {
    return WIDTH[marker] !== undefined;
  }

  number(marker: string): number {
    return this.#numberAt(marker, this.#advance(WIDTH[marker] ?? this.fail(`'${marker}' is not a number`)));
  }

  #numberAt(marker: string, at: number): number {
    switch (marker) {
      case 'i':
        return this.#view.getInt8(at);
      case 'U':
        return this.#view.getUint8(at);
      case 'I':
        return this.#view.getInt16(at);
      case 'l':
        return this.#view.getInt32(at);
      case 'd':
        return this.#view.getFloat32(at);
      case 'D':
        return this.#view.getFloat64(at);
      default:
        return this.#int64(at);
    }
  }

  /** A length or a count: an integer with its own marker, not negative, and possible in what is left of the file. */
  size(smallestItem: number): number {
    const marker = this.marker();
    if (!'iUIlL'.includes(marker)) this.fail(`a size cannot be of type '${marker}'`);
    const size = this.number(marker);
    if (size < 0 || size * smallestItem > this.remaining) {
      this.fail(`a size of ${size} is announced, ${this.remaining} bytes are left`);
    }
    return size;
  }

  string(): string {
    const length = this.size(1);
    const start = this.#advance(length);
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      return this.fail('a string is not UTF-8', start);
    }
  }

  /** The payload of `[$<marker>#<count>`: 8-byte integers become doubles, everything else keeps its type. */
  numbers(marker: string): UbjNumbers {
    const width = WIDTH[marker] ?? this.fail(`'${marker}' is not a number`);
    const count = this.size(width);
    const start = this.#advance(count * width);
    // a copy, and a real one: the slice of a Node Buffer would share its memory
    const copy = new Uint8Array(this.#bytes.subarray(start, start + count * width)).buffer;
    switch (marker) {
      case 'U':
        return new Uint8Array(copy);
      case 'i':
        return new Int8Array(copy);
      case 'l':
        return fromBigEndian(new Int32Array(copy));
      case 'd':
        fromBigEndian(new Int32Array(copy));
        return new Float32Array(copy);
      default: {
        const values = marker === 'I' ? new Int16Array(count) : new Float64Array(count);
        for (let i = 0; i < count; i++) values[i] = this.#numberAt(marker, start + i * width);
        return values;
      }
    }
  }

  /** After `[`: passes over a typed numeric array, if it is one. */
  skipNumbers(): boolean {
    const start = this.position;
    if (this.accept('$')) {
      const width = WIDTH[this.marker()];
      if (width !== undefined && this.accept('#')) {
        this.#advance(this.size(width) * width);
        return true;
      }
    }
    this.position = start;
    return false;
  }

  #int64(at: number): number {
    const value = Number(this.#view.getBigInt64(at));
    return Number.isSafeInteger(value) ? value : this.fail(`the integer ${value} is beyond 2^53`, at);
  }

  #advance(length: number): number {
    const start = this.position;
    if (length > this.remaining) this.fail(`${length} bytes expected, ${this.remaining} left`);
    this.position += length;
    return start;
  }
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns big-endian words into the processor's own, in place. Nearly all of a model passes through here. */
function fromBigEndian(words: Int32Array): Int32Array {
  if (!LITTLE_ENDIAN) return words;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
  return words;
}
