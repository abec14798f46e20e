import type { CapturedPrediction, CapturedValue } from '../../capture/lines.ts';
import { decodeInferenceId } from '../../inference/inference-id.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { WindowRecord } from '../window-record.ts';
import type { TimeWindow } from '../windows.ts';
import type { CapturedLabel, CapturedRows, Rejection } from './captured-line.ts';
import { ClassScores } from './class-scores.ts';
import { countRows } from './count-rows.ts';
import { GroupValues } from './group-values.ts';
import { encodeIndexFile } from './index-file.ts';
import { LabelBook } from './label-book.ts';
import { LineReader } from './line-reader.ts';
import { type KnownVersion, restoreWindow } from './restore-window.ts';
import { RowHash } from './row-hash.ts';
import { type IndexColumns, RowIndex } from './row-index.ts';
import { emptyTally } from './tally.ts';
import { ValueSources } from './value-sources.ts';
import { numberOf, VersionCounter } from './version-counter.ts';
import type { VersionReference } from './version-reference.ts';

export type { VersionReference } from './version-reference.ts';

export interface WindowInput {
  readonly model: string;
  readonly window: TimeWindow;
  /** Labels are waited for this long after the end of the window. */
  readonly labelHorizonMs: number;
  readonly task: ModelSpec['task'];
  /** What is known of the window so far; both or neither. */
  readonly record?: WindowRecord;
  readonly index?: Uint8Array;
  /** Undefined for a version that is not registered. */
  readonly reference: (version: number) => Promise<VersionReference | undefined>;
}

/**
 * Builds the record of a window and its index from capture objects. What comes out depends on the lines alone, not on the
 * order of objects or on how lines are spread over them. After an error a builder is of no use: begin again with the
 * record and index as they were stored.
 */
export class WindowBuilder {
  readonly #input: Omit<WindowInput, 'index'>;
  readonly #tally: WindowRecord['tally'];
  readonly #ledger: Set<string>;
  readonly #lines: LineReader;
  readonly #hash = new RowHash();
  #labels: LabelBook;
  readonly #codes = new Map<number, number | undefined>();
  #index: RowIndex;
  #scores = new ClassScores();
  #groups: GroupValues[] = [];
  #versions: KnownVersion[] = [];
  #segmentValues = new ValueSources([]);
  #groupValues = new ValueSources([]);
  /** The index as it was stored, until it is read. */
  #file: Uint8Array | undefined;
  #changed = false;

  /** @throws RangeError for a record without its index, an index without its record, or one of another window */
  constructor(input: WindowInput) {
    const { index, ...known } = input;
    const { record, task, model, window } = known;
    if ((record === undefined) !== (index === undefined)) {
      throw new RangeError(`a window's record and index belong together, got only the ${record ? 'record' : 'index'}`);
    }
    if (record && (record.model !== model || record.windowStart !== window.start.toISOString())) {
      throw new RangeError(`the record is of ${record.model} from ${record.windowStart}, not of this window`);
    }
    this.#input = known;
    this.#file = index;
    this.#tally = structuredClone(record?.tally) ?? emptyTally();
    this.#ledger = new Set(record?.ledger);
    this.#index = new RowIndex(task === 'regression' ? 'numbers' : 'classes');
    this.#labels = new LabelBook(task);
    this.#lines = new LineReader(model);
  }

  /** Whether an object was added. */
  get changed(): boolean {
    return this.#changed;
  }

  /**
   * Adds one capture object. False (and nothing changes) if the ledger holds it already.
   *
   * @throws RangeError for a stored index that is damaged, or a version that was counted over another baseline
   */
  async addObject(name: string, lines: AsyncIterable<string>): Promise<boolean> {
    if (this.#ledger.has(name)) return false;
    await this.#restore();
    this.#changed = true;
    for await (const line of lines) {
      if (line === '' || line.trim() === '') continue;
      this.#tally.lines += 1;
      const read = this.#lines.read(line);
      if (typeof read === 'string') {
        this.#reject(read);
        continue;
      }
      const version = read.type === 'label' ? decodeInferenceId(read.rowId)?.version : read.version;
      // awaits only what it must: there are as many lines as calls
      if (version !== undefined && !this.#codes.has(version)) await this.#find(version);
      const code = version === undefined ? undefined : this.#codes.get(version);
      if (read.type === 'label') this.#addLabel(read, code);
      else this.#addRows(read, code);
    }
    this.#ledger.add(name);
    return true;
  }

  record(): WindowRecord {
    const { model, window, record } = this.#input;
    if (record && !this.#changed) return record;
    const { records, labelled, unmatched, unusable } = countRows({
      index: this.#index,
      scores: this.#scores,
      groupValues: this.#groups,
      versions: this.#versions.map(({ counter, ...known }) => counter && { ...known, counter }),
      labelOf: (entry) => this.#labelOf(entry),
    });
    const frozen = (record?.versions ?? []).filter(({ version }) =>
      this.#versions.some((known) => known.version === version && !known.counter),
    );
    const labels = { ...this.#tally.labels, labelled, unmatched };
    labels.unusable += unusable;
    return {
      schemaVersion: 1,
      model,
      windowStart: window.start.toISOString(),
      windowEnd: window.end.toISOString(),
      ledger: [...this.#ledger].sort(),
      tally: { ...this.#tally, rejected: { ...this.#tally.rejected }, labels },
      versions: [...records, ...frozen].sort((a, b) => a.version - b.version),
    };
  }

  index(): Uint8Array {
    const { model, window } = this.#input;
    if (this.#file) return this.#file;
    this.#groups.forEach((_, position) => void this.#compactGroups(position));
    const description = {
      model,
      windowStart: window.start.toISOString(),
      segmentColumns: this.#index.columns.segments,
      groupColumns: this.#index.columns.groups,
      groupValues: this.#groups.map((values) => values.values().map((value) => value ?? null)),
      labels: this.#labels.labels(),
      unusableLines: this.#tally.labels.unusable,
      versions: this.#versions.map(({ version, probabilities, counter }) => ({
        version,
        probabilities,
        moments: counter?.moments() ?? { whole: [], segments: [] },
      })),
    };
    return encodeIndexFile(description, { ...this.#index.store(), classScores: this.#scores.cells() });
  }

  /** @param code of the version, if it is registered */
  #addRows(read: CapturedRows, code: number | undefined): void {
    const { window } = this.#input;
    const { rows, predictions, eventTimeMs, inferenceId, firstRow } = read;
    if (eventTimeMs < window.start.getTime() || eventTimeMs >= window.end.getTime()) {
      this.#tally.outsideRows += rows.length;
      return;
    }
    const known = code === undefined ? undefined : this.#versions[code];
    if (code === undefined || !known?.counter) {
      this.#tally.unknownVersionRows += rows.length;
      return;
    }
    for (const prediction of predictions) {
      if (known.counter.isPrediction(prediction)) continue;
      this.#reject('prediction-shape');
      return;
    }
    for (let i = 0; i < rows.length; i++) {
      const { hi, lo } = this.#hash.ofRow(inferenceId, firstRow + i);
      const entry = this.#index.entryOf(hi, lo);
      if (this.#index.weight[entry] === 0) this.#addRow(entry, code, known, read, i);
      else this.#tally.duplicates += 1;
    }
  }

  #addRow(entry: number, code: number, known: KnownVersion, line: CapturedRows, row: number): void {
    const counter = known.counter as VersionCounter;
    const index = this.#index;
    const prediction = line.predictions[row] as CapturedPrediction;
    index.weight[entry] = line.weight;
    index.version[entry] = code;
    if (this.#input.task === 'multiclass') {
      const from = this.#scores.add(prediction);
      index.value[entry] = from;
      known.probabilities &&= this.#scores.hasScores(from);
    } else index.value[entry] = numberOf(prediction);
    const { segments, groups } = index.columns;
    for (let j = 0; j < segments.length; j++) {
      const value = this.#segmentValues.textOf(line, row, j);
      index.segments[entry * segments.length + j] = counter.segmentCode(j, value);
    }
    for (let j = 0; j < groups.length; j++) {
      const values = this.#groups[j] as GroupValues;
      if (values.isFull) this.#compactGroups(j);
      index.groups[entry * groups.length + j] = values.codeOf(this.#groupValues.textOf(line, row, j));
    }
    const from = entry * segments.length;
    counter.addRow(line, line.rows[row] as readonly CapturedValue[], prediction, index.segments, from);
  }

  #addLabel({ rowId, label, atMs }: CapturedLabel, code: number | undefined): void {
    const { window, labelHorizonMs } = this.#input;
    const tally = this.#tally.labels;
    if (atMs > window.end.getTime() + labelHorizonMs) {
      tally.late += 1;
      return;
    }
    const stored = this.#labels.read(label, code === undefined ? undefined : this.#versions[code]?.counter);
    if (stored === undefined) {
      tally.unusable += 1;
      return;
    }
    const { hi, lo } = /\.\d+$/.test(rowId) ? this.#hash.ofId(rowId) : this.#hash.ofRow(rowId, 0);
    const said = this.#labels.put(this.#index, this.#index.entryOf(hi, lo), stored, atMs);
    if (said !== 'first') tally[said] += 1;
  }

  #labelOf(entry: number): number | undefined {
    const known = this.#versions[this.#index.version[entry] as number];
    return this.#labels.valueOf(this.#index.label[entry] as number, known?.counter);
  }

  #reject(reason: Rejection): void {
    const { rejected } = this.#tally;
    rejected[reason] = (rejected[reason] ?? 0) + 1;
  }

  /** Learns the position of a version in the index; undefined for one that is not registered. */
  async #find(version: number): Promise<void> {
    const reference = await this.#input.reference(version);
    if (reference && this.#versions.length === 0) this.#begin(reference);
    const counter = reference && new VersionCounter(reference, this.#index.columns.segments);
    const code = counter && this.#versions.push({ version, counter, probabilities: true }) - 1;
    this.#codes.set(version, code);
  }

  /** What rows are told apart by is settled for the whole window by the spec in force when its first row comes. */
  #begin({ spec }: VersionReference): void {
    const columns = {
      segments: spec.monitoring.segments,
      groups: [...new Set(spec.monitoring.bias.map(({ column }) => column))],
    };
    this.#index.setColumns(columns);
    this.#groups = columns.groups.map(() => new GroupValues());
    this.#readFrom(columns);
  }

  #readFrom({ segments, groups }: IndexColumns): void {
    this.#segmentValues = new ValueSources(segments);
    this.#groupValues = new ValueSources(groups);
  }

  #compactGroups(position: number): void {
    const moved = (this.#groups[position] as GroupValues).compact();
    const { size, groups, columns } = this.#index;
    const wide = columns.groups.length;
    for (let i = position; i < size * wide; i += wide) groups[i] = moved[groups[i] as number] as number;
  }

  async #restore(): Promise<void> {
    const file = this.#file;
    // it may have hundreds of megabytes
    this.#file = undefined;
    if (!file) return;
    const stored = await restoreWindow(this.#input, file);
    this.#index = stored.index;
    this.#scores = stored.scores;
    this.#groups = stored.groups;
    this.#labels = stored.labels;
    this.#tally.labels.unusable = stored.unusableLines;
    this.#versions = stored.versions;
    for (const [code, { version }] of stored.versions.entries()) this.#codes.set(version, code);
    this.#readFrom(stored.index.columns);
  }
}
