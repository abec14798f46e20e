import { LARGEST_VALUE } from '../../../stats/quality/index.ts';
import type { CapturedPrediction, CapturedValue } from '../../capture/lines.ts';
import { redactedColumns } from '../../capture/policy.ts';
import type { MomentSums } from '../../profiles/moments.ts';
import type { Segment, VersionRecord } from '../window-record.ts';
import type { CapturedRows } from './captured-line.ts';
import { likeliest } from './class-scores.ts';
import { type CellCheck, cellCheck } from './contract-checks.ts';
import { countedColumns, RowsCounter } from './rows-counter.ts';
import type { VersionReference } from './version-reference.ts';

/** Moments of a version's counters before they were rounded; segments by `segmentKey`. */
export interface VersionMoments {
  readonly whole: readonly MomentSums[];
  readonly segments: readonly (readonly [string, readonly MomentSums[]])[];
}

const segmentKey = ({ column, value }: Segment): string => JSON.stringify([column, value]);

/** Counts the captured rows of one model version over its baseline, all of them and by segment. */
export class VersionCounter {
  readonly reference: VersionReference;
  /** Of each segment column the segments by code, from 1 on. */
  readonly segments: readonly (readonly Segment[])[];
  readonly #segmentCodes: readonly ReadonlyMap<string | null, number>[];
  readonly #whole: RowsCounter;
  readonly #bySegment = new Map<Segment, RowsCounter>();
  readonly #checks: readonly (CellCheck | undefined)[];
  readonly #numericClasses: boolean;
  readonly #classCodes: ReadonlyMap<string, number>;
  /** The row at hand: features and prediction. */
  readonly #row: unknown[];
  readonly #features: readonly string[];
  readonly #makeCounter: (segment?: Segment) => RowsCounter;
  #located: { readonly columns: readonly string[]; readonly positions: readonly number[] } | undefined;

  constructor(
    reference: VersionReference,
    segmentColumns: readonly string[],
    before?: { readonly record: VersionRecord; readonly moments: VersionMoments },
  ) {
    const { baseline, spec, classes } = reference;
    this.reference = reference;
    this.#features = baseline.features.map(({ name }) => name);
    this.#row = new Array(this.#features.length + 1);
    const redacted = new Set(redactedColumns(spec));
    const contract = new Map(spec.data.columns.map((column) => [column.name, column]));
    this.#checks = this.#features.map((name) => {
      const column = redacted.has(name) ? undefined : contract.get(name);
      return column && cellCheck(column);
    });
    const target = contract.get(spec.data.target)?.type;
    this.#numericClasses = target === 'integer' || target === 'number';
    const codes = classes.flatMap((label, i): [string, number][] => [
      [this.#numericClasses ? String(Number(label)) : label, i],
      [label, i],
    ]);
    this.#classCodes = new Map(codes);
    this.segments = segmentColumns.map((name) =>
      baseline.segments.filter(({ column }) => column === name).map(({ column, value }) => ({ column, value })),
    );
    this.#segmentCodes = this.segments.map((list) => new Map(list.map(({ value }, i) => [value, i + 1])));
    const columns = countedColumns(baseline, redacted);
    this.#makeCounter = (segment) => new RowsCounter(columns, segment);
    const stored = (rows: VersionRecord['whole'], moments: readonly MomentSums[] | undefined) =>
      new RowsCounter(columns, rows.segment, { rows, moments: moments ?? [] });
    this.#whole = before ? stored(before.record.whole, before.moments.whole) : this.#makeCounter();
    const moments = new Map(before?.moments.segments);
    const known = new Map(before?.record.segments.map((rows) => [segmentKey(rows.segment as Segment), rows]));
    for (const segment of this.segments.flat()) {
      const key = segmentKey(segment);
      const rows = known.get(key);
      if (rows) this.#bySegment.set(segment, stored(rows, moments.get(key)));
    }
  }

  /** Code of a value of the segment column at a position; 0 = in no segment. */
  segmentCode(position: number, value: string | null): number {
    return this.#segmentCodes[position]?.get(value) ?? 0;
  }

  /** Whether a prediction is one that this version makes. */
  isPrediction(prediction: CapturedPrediction): boolean {
    const { classes, spec } = this.reference;
    if (spec.task === 'multiclass') {
      return typeof prediction === 'number'
        ? Number.isInteger(prediction) && prediction >= 0 && prediction < classes.length
        : prediction.length === classes.length && prediction.every(isShare);
    }
    const value = numberOf(prediction);
    return spec.task === 'binary' ? isShare(value) : Math.abs(value) <= LARGEST_VALUE;
  }

  /** Index of a class label; where the target is a number, `1` and `1.0` are one. */
  classOf(label: string): number | undefined {
    const code = this.#classCodes.get(label);
    // no text is no number, though Number says 0
    if (code !== undefined || !this.#numericClasses || label.trim() === '') return code;
    return this.#classCodes.get(String(Number(label)));
  }

  /** @param codes one segment code per segment column, from `from` on */
  addRow(
    { columns, weight }: CapturedRows,
    row: readonly CapturedValue[],
    prediction: CapturedPrediction,
    codes: Uint8Array,
    from: number,
  ): void {
    if (this.#located?.columns !== columns) this.#locate(columns);
    const positions = this.#located?.positions as readonly number[];
    const values = this.#row;
    for (let i = 0; i < positions.length; i++) values[i] = row[positions[i] as number];
    values[positions.length] = this.#profiled(prediction);
    this.#whole.add(values, weight);
    for (let j = 0; j < this.segments.length; j++) this.#counterAt(j, codes[from + j] as number)?.add(values, weight);
    for (let i = 0; i < positions.length; i++) {
      const rule = this.#checks[i]?.(values[i] as CapturedValue | undefined);
      if (rule === undefined) continue;
      const name = this.#features[i] as string;
      this.#whole.addBroken(name, rule, weight);
      for (let j = 0; j < this.segments.length; j++)
        this.#counterAt(j, codes[from + j] as number)?.addBroken(name, rule, weight);
    }
  }

  whole(): ReturnType<RowsCounter['counts']> {
    return this.#whole.counts();
  }

  /** Undefined for a segment without rows. */
  ofSegment(segment: Segment): ReturnType<RowsCounter['counts']> | undefined {
    return this.#bySegment.get(segment)?.counts();
  }

  moments(): VersionMoments {
    const segments = [...this.#bySegment].map(
      ([segment, counter]) => [segmentKey(segment), counter.moments()] as const,
    );
    return { whole: this.#whole.moments(), segments };
  }

  #counterAt(position: number, code: number): RowsCounter | undefined {
    const segment = this.segments[position]?.[code - 1];
    if (!segment) return undefined;
    const known = this.#bySegment.get(segment);
    if (known) return known;
    const counter = this.#makeCounter(segment);
    this.#bySegment.set(segment, counter);
    return counter;
  }

  #locate(columns: readonly string[]): void {
    const places = new Map(columns.map((name, i) => [name, i]));
    this.#located = { columns, positions: this.#features.map((name) => places.get(name) ?? -1) };
  }

  /** What the baseline's prediction is about: the likeliest label, or one number. */
  #profiled(prediction: CapturedPrediction): string | number | undefined {
    if (this.reference.spec.task !== 'multiclass') return numberOf(prediction);
    const index = typeof prediction === 'number' ? prediction : likeliest(prediction);
    return this.reference.classes[index];
  }
}

const isShare = (value: number): boolean => value >= 0 && value <= 1;

/** The number of a row; of two probabilities the positive class's. NaN for what is none. */
export function numberOf(prediction: CapturedPrediction): number {
  if (typeof prediction === 'number') return prediction;
  return prediction.length === 1 || prediction.length === 2 ? (prediction.at(-1) as number) : Number.NaN;
}
