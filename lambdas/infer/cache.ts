/** Least recently used entries leave when the sum of sizes exceeds the bound. */
export class ByteLru<T> {
  readonly #entries = new Map<string, { value: T; bytes: number }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    // a map keeps the order of insertion
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** An entry larger than the whole cache is not kept. */
  set(key: string, value: T, bytes: number): void {
    this.delete(key);
    if (bytes > this.#maxBytes) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

export interface RenewedSettings<T> {
  readonly ttlMs: number;
  readonly now: () => Date;
  readonly read: (key: string) => Promise<T | undefined>;
  readonly onStale: (key: string) => void;
}

/**
 * Values that are read again once `ttlMs` have passed. When reading fails, the last that was read goes on for as long
 * again. What is not there is asked for each time: names nobody registered must not fill the memory.
 */
export class Renewed<T> {
  readonly #values = new Map<string, { readonly value: T; readonly readAt: number }>();
  readonly #settings: RenewedSettings<T>;

  constructor(settings: RenewedSettings<T>) {
    this.#settings = settings;
  }

  /** @throws what `read` throws, if it never gave a value before */
  async get(key: string): Promise<T | undefined> {
    const { ttlMs, now, read, onStale } = this.#settings;
    const known = this.#values.get(key);
    const readAt = now().getTime();
    if (known && readAt - known.readAt < ttlMs) return known.value;
    try {
      const value = await read(key);
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, { value, readAt });
      return value;
    } catch (error) {
      if (!known) throw error;
      this.#values.set(key, { value: known.value, readAt });
      onStale(key);
      return known.value;
    }
  }
}
