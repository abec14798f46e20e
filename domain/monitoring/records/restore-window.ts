import { ClassScores } from './class-scores.ts';
import { GroupValues } from './group-values.ts';
import { readIndexFile } from './index-description.ts';
import { damagedIndex } from './index-file.ts';
import { LabelBook } from './label-book.ts';
import { RowIndex } from './row-index.ts';
import { VersionCounter } from './version-counter.ts';
import type { WindowInput } from './window-builder.ts';

/** A version with rows in the index; without `counter` it is not registered any more, and its record stays as it is. */
export interface KnownVersion {
  readonly version: number;
  readonly counter?: VersionCounter;
  /** Whether every row of classes came with probabilities that were kept. */
  probabilities: boolean;
}

interface RestoredWindow {
  readonly index: RowIndex;
  readonly scores: ClassScores;
  readonly groups: GroupValues[];
  readonly labels: LabelBook;
  readonly unusableLines: number;
  /** By their code in the index. */
  readonly versions: KnownVersion[];
}

/**
 * What a builder goes on from.
 *
 * @param file the index that was stored with the record
 * @throws RangeError for an index that is damaged or no part of the record, or a version that was counted over another
 * baseline
 */
export async function restoreWindow(
  { record, task, model, window, reference }: Omit<WindowInput, 'index'>,
  file: Uint8Array,
): Promise<RestoredWindow> {
  const { description, sections } = readIndexFile(file, { model, windowStart: window.start.toISOString() });
  const columns = { segments: description.segmentColumns, groups: description.groupColumns };
  const index = RowIndex.load(task === 'regression' ? 'numbers' : 'classes', columns, sections);
  const versions: KnownVersion[] = [];
  for (const { version, moments, probabilities } of description.versions) {
    const before = record?.versions.find((known) => known.version === version);
    const against = await reference(version);
    if (before && against && against.baselineDigest !== before.baseline) {
      throw new RangeError(
        `version ${version} was counted over the baseline ${before.baseline}, not over ${against.baselineDigest}`,
      );
    }
    const counter = against && new VersionCounter(against, columns.segments, before && { record: before, moments });
    versions.push({ version, probabilities, ...(counter && { counter }) });
  }
  const captured = index.weight.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1), 0);
  const sampled = (record?.versions ?? []).reduce((sum, { whole }) => sum + whole.sampled, 0);
  if (captured !== sampled) throw damagedIndex(`it has ${captured} captured rows, the record ${sampled}`);
  return {
    index,
    scores: ClassScores.load(sections.classScores),
    groups: description.groupValues.map((values) => new GroupValues(values)),
    labels: new LabelBook(task, description.labels),
    unusableLines: description.unusableLines,
    versions,
  };
}
