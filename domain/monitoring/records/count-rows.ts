import { addLiveLabel, addLivePrediction, emptyLiveCounts, type LiveCounts, type LiveLabel } from '../live-counts.ts';
import type { GroupCounts, RowsRecord, VersionRecord } from '../window-record.ts';
import type { ClassScores } from './class-scores.ts';
import { countInGroup, cutGroups, emptyGroup, OTHER_GROUP } from './group-counts.ts';
import type { GroupValues } from './group-values.ts';
import type { RowIndex } from './row-index.ts';
import type { VersionCounter } from './version-counter.ts';

/** What of a record its index says: everything about predictions and labels. */
type IndexedCounts = Pick<RowsRecord, 'sampled' | 'weightSquares' | 'live' | 'groups'>;

/** A value of a label that the row's version knows: a class index or the number itself. */
export type LabelReader = (entry: number) => number | undefined;

export interface CountedVersion {
  readonly version: number;
  readonly counter: VersionCounter;
  /** Whether every row of classes came with probabilities that were kept. */
  readonly probabilities: boolean;
}

export interface CountInput {
  readonly index: RowIndex;
  readonly scores: ClassScores;
  readonly groupValues: readonly GroupValues[];
  /** By position in the index; undefined for one whose rows cannot be counted any more. */
  readonly versions: readonly (CountedVersion | undefined)[];
  readonly labelOf: LabelReader;
}

export interface CountedRows {
  /** Rising by version. */
  readonly records: readonly VersionRecord[];
  readonly labelled: number;
  /** Labels of rows that were not captured. */
  readonly unmatched: number;
  /** Captured rows whose label is none that their version knows. */
  readonly unusable: number;
}

/**
 * Counts every entry of an index once. Entries are taken by rising hash: sums of doubles then come out the same, whatever
 * the order in which rows and labels came.
 */
export function countRows(input: CountInput): CountedRows {
  const { index, versions, labelOf } = input;
  const counts = versions.map((version) => version && new VersionCounts(version, input));
  let [labelled, unmatched, unusable] = [0, 0, 0];
  for (const entry of index.order()) {
    const hasLabel = !Number.isNaN(index.labelAt[entry] as number);
    if (index.weight[entry] === 0) {
      unmatched += 1;
      continue;
    }
    const label = hasLabel ? labelOf(entry) : undefined;
    if (label !== undefined) labelled += 1;
    else if (hasLabel) unusable += 1;
    counts[index.version[entry] as number]?.add(entry, label);
  }
  const captured = counts.filter((count) => count !== undefined && count.rows > 0) as VersionCounts[];
  const records = captured.map((count) => count.record()).sort((a, b) => a.version - b.version);
  return { records, labelled, unmatched, unusable };
}

/** Entries of one version, as a whole and by segment. */
class VersionCounts {
  readonly #version: CountedVersion;
  readonly #input: CountInput;
  readonly #whole: EntryCounts;
  readonly #segments: readonly EntryCounts[][];

  constructor(version: CountedVersion, input: CountInput) {
    this.#version = version;
    this.#input = input;
    this.#whole = new EntryCounts(version, input, input.groupValues);
    this.#segments = version.counter.segments.map((list) => list.map(() => new EntryCounts(version, input, [])));
  }

  get rows(): number {
    return this.#whole.sampled;
  }

  add(entry: number, label: number | undefined): void {
    const { segments } = this.#input.index;
    this.#whole.add(entry, label);
    const from = entry * this.#segments.length;
    for (let j = 0; j < this.#segments.length; j++) {
      this.#segments[j]?.[(segments[from + j] as number) - 1]?.add(entry, label);
    }
  }

  record(): VersionRecord {
    const { version, counter } = this.#version;
    const segments = counter.segments.flatMap((list, j) =>
      list.flatMap((segment, i): RowsRecord[] => {
        const profiled = counter.ofSegment(segment);
        return profiled ? [{ ...profiled, ...(this.#segments[j]?.[i] as EntryCounts).counts() }] : [];
      }),
    );
    const whole = { ...counter.whole(), ...this.#whole.counts() };
    return { version, baseline: counter.reference.baselineDigest, whole, segments };
  }
}

class EntryCounts {
  readonly #input: CountInput;
  readonly #threshold: number;
  readonly #live: LiveCounts;
  /** Of each group column the groups by code. */
  readonly #groups: readonly GroupCounts[][];
  sampled = 0;
  #weightSquares = 0;

  /** @param groupValues of the columns that groups are counted of: bias is measured of all rows, and of no segment */
  constructor({ counter, probabilities }: CountedVersion, input: CountInput, groupValues: readonly GroupValues[]) {
    const { spec, classes } = counter.reference;
    const { threshold } = spec.evaluation;
    this.#input = input;
    this.#threshold = threshold;
    this.#live = emptyLiveCounts({ task: spec.task, threshold, classes: classes.length, probabilities });
    this.#groups = groupValues.map(() => []);
  }

  add(entry: number, label: number | undefined): void {
    const { index } = this.#input;
    const weight = index.weight[entry] as number;
    const prediction = this.#predictionOf(entry);
    this.sampled += 1;
    this.#weightSquares += weight * weight;
    addLivePrediction(this.#live, prediction, weight);
    if (label !== undefined) addLiveLabel(this.#live, this.#labelled(entry, label, prediction), weight);
    for (let j = 0; j < this.#groups.length; j++) this.#addToGroup(j, entry, prediction, label, weight);
  }

  counts(): IndexedCounts {
    const groups = this.#groups.flatMap((byCode) => cutGroups(byCode.filter((group) => group !== undefined)));
    return { sampled: this.sampled, weightSquares: this.#weightSquares, live: this.#live, groups };
  }

  #predictionOf(entry: number): number {
    const value = this.#input.index.value[entry] as number;
    return this.#live.task === 'multiclass' ? this.#input.scores.predicted(value) : value;
  }

  #labelled(entry: number, label: number, prediction: number): LiveLabel {
    if (this.#live.task !== 'multiclass' || !this.#live.logLossSum) return { label, prediction };
    const probability = this.#input.scores.probability(this.#input.index.value[entry] as number, label);
    return { label, prediction, probability };
  }

  #addToGroup(position: number, entry: number, prediction: number, label: number | undefined, weight: number): void {
    const { index, groupValues } = this.#input;
    const column = index.columns.groups[position] as string;
    const stored = index.groups[entry * this.#groups.length + position] as number;
    const value = groupValues[position]?.values()[stored];
    // a value that is no longer kept goes with the others
    const code = value === undefined ? 0 : stored;
    const byCode = this.#groups[position] as GroupCounts[];
    const group = byCode[code] ?? emptyGroup(column, value === undefined ? OTHER_GROUP : value);
    byCode[code] = group;
    group.rows += weight;
    if (this.#live.task === 'binary') countInGroup(group, prediction >= this.#threshold, label, weight);
  }
}
