import { canonicalDigest } from '../../domain/canonical-json.ts';
import type { Baseline } from '../../domain/monitoring/baseline.ts';
import { readCapturedLine } from '../../domain/monitoring/captured-line.ts';
import type { CaptureSummary } from '../../domain/monitoring/report.ts';
import { VersionRows } from '../../domain/monitoring/version-rows.ts';
import type { WindowReader } from '../../domain/monitoring/window-reader.ts';
import type { TimeWindow } from '../../domain/monitoring/windows.ts';

/** What rows of a model version are counted over. */
export interface VersionReference {
  readonly baseline: Baseline;
  /** Labels in the order of a multiclass model's probabilities. */
  readonly classes: readonly string[];
}

export interface ReadWindow {
  readonly byVersion: ReadonlyMap<number, VersionRows>;
  readonly summary: Omit<CaptureSummary, 'otherVersions'>;
}

/**
 * Streams the objects of a window once, line by line. Firehose may deliver a line twice: the second is dropped. What is
 * held in memory is a profile per model version and the ids of the calls, some 100 bytes each.
 */
export async function readWindow(
  model: string,
  window: TimeWindow,
  keys: readonly string[],
  { captures, reference }: { captures: WindowReader; reference: (version: number) => Promise<VersionReference> },
): Promise<ReadWindow> {
  const byVersion = new Map<number, VersionRows>();
  const calls = new Set<string>();
  const labels = new Set<string>();
  let [duplicates, rejectedLines, outsideRows] = [0, 0, 0];
  for (const key of keys) {
    for await (const line of captures.lines(key)) {
      const captured = readCapturedLine(line, model);
      if (!captured) rejectedLines += 1;
      else if (captured.type === 'label') {
        labels.add(captured.eventId);
      } else if (calls.has(captured.eventId)) duplicates += 1;
      else {
        calls.add(captured.eventId);
        const { version, eventTime, rows } = captured;
        if (eventTime < window.start || eventTime >= window.end) outsideRows += rows.length;
        else (byVersion.get(version) ?? (await start(version))).add(captured);
      }
    }
  }
  const digest = canonicalDigest(keys);
  const labelRows = labels.size;
  return {
    byVersion,
    summary: { digest, objects: keys.length, duplicates, rejectedLines, outsideRows, labelRows },
  };

  async function start(version: number): Promise<VersionRows> {
    const { baseline, classes } = await reference(version);
    const rows = new VersionRows(baseline, classes);
    byVersion.set(version, rows);
    return rows;
  }
}
