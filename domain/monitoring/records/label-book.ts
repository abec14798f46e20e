import { LARGEST_VALUE } from '../../../stats/quality/index.ts';
import { compareText } from '../../profiles/profile.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { RowIndex } from './row-index.ts';
import type { VersionCounter } from './version-counter.ts';

/** Codes are 16 bits. */
const MOST_LABELS = 60_000;
const LONGEST_LABEL = 1_000;

/** Turns the text of a label into the number that an index holds: the label itself (regression), or a code of the class. */
export class LabelBook {
  readonly #isNumber: boolean;
  readonly #labels: string[] = [];
  readonly #codes = new Map<string, number>();

  constructor(task: ModelSpec['task'], labels: readonly string[] = []) {
    this.#isNumber = task === 'regression';
    for (const label of labels) this.#codeOf(label);
  }

  /** @param counter of the row's version, if that is known @returns undefined for a label of no use */
  read(text: string, counter: VersionCounter | undefined): number | undefined {
    if (this.#isNumber) {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      return Math.abs(value) <= LARGEST_VALUE ? value + 0 : undefined;
    }
    if (!counter) return text.length > LONGEST_LABEL ? undefined : this.#codeOf(text);
    const position = counter.classOf(text);
    return position === undefined ? undefined : this.#codeOf(counter.reference.classes[position] as string);
  }

  /** Class index (binary: 1 = positive) or number. @returns undefined for a class that the version does not have */
  valueOf(stored: number, counter: VersionCounter | undefined): number | undefined {
    return this.#isNumber ? stored : counter?.classOf(this.#labels[stored] as string);
  }

  /**
   * Gives an entry a label: of several the latest counts, and of one moment the larger by code point.
   *
   * @returns `first`; `corrected` where it is the first to contradict another, whichever counts; else `repeated`
   */
  put(index: RowIndex, entry: number, stored: number, atMs: number): 'first' | 'corrected' | 'repeated' {
    const [before, beforeAt] = [index.label[entry] as number, index.labelAt[entry] as number];
    const isFirst = Number.isNaN(beforeAt);
    if (isFirst || atMs > beforeAt || (atMs === beforeAt && this.#isLarger(stored, before))) {
      index.label[entry] = stored;
      index.labelAt[entry] = atMs;
    }
    if (isFirst) return 'first';
    if (before === stored || index.contradicted[entry] === 1) return 'repeated';
    index.contradicted[entry] = 1;
    return 'corrected';
  }

  #isLarger(stored: number, other: number): boolean {
    return compareText(this.#textOf(stored), this.#textOf(other)) > 0;
  }

  /** By code. */
  labels(): readonly string[] {
    return this.#labels;
  }

  #textOf(stored: number): string {
    return this.#isNumber ? String(stored) : (this.#labels[stored] as string);
  }

  #codeOf(label: string): number | undefined {
    const known = this.#codes.get(label);
    if (known !== undefined || this.#labels.length >= MOST_LABELS) return known;
    const code = this.#labels.push(label) - 1;
    this.#codes.set(label, code);
    return code;
  }
}
