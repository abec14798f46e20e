import { type CapturePlan, CaptureWindow } from '../../domain/model-monitor/capture-window.ts';
import { Labels, readGroundTruth } from '../../domain/model-monitor/ground-truth.ts';
import { readSageMakerCapture, type SageMakerCall } from '../../domain/model-monitor/sagemaker-capture.ts';
import { type CaptureFile, captureFileLines, UnreadableCaptureError } from './capture-files.ts';

/** Lines of a capture, counted: each is in exactly one of these. */
export interface LineCounts {
  readonly read: number;
  /** The same event once more. */
  readonly repeated: number;
  readonly skipped: ReadonlyMap<string, number>;
}

export interface ReadCapture {
  /** By the start of the hour in UTC, in ISO 8601; the oldest first. */
  readonly windows: ReadonlyMap<string, CaptureWindow>;
  readonly lines: LineCounts;
  /** Lines by the number of values that a row of theirs has, where that is not the number of features. */
  readonly widths: ReadonlyMap<number, number>;
  /** Files that end early, with why; the lines before that are counted. */
  readonly brokenFiles: readonly string[];
}

export interface ReadLabels {
  readonly labels: Labels;
  readonly lines: LineCounts;
  readonly brokenFiles: readonly string[];
}

/** @param share of the bytes of all files that are read, from 0 to 1 */
export type ReadProgress = (share: number) => void;

const HOUR_MS = 3_600_000;

/**
 * Counts a capture into hours, in memory that grows with the hours and, to tell repeated lines, with the number of calls.
 * @param onCall what else is to be done with a call that is counted
 */
export async function readCapture(
  files: readonly CaptureFile[],
  plan: CapturePlan,
  onProgress: ReadProgress,
  onCall: (call: SageMakerCall, hour: string) => void = () => {},
): Promise<ReadCapture> {
  const windows = new Map<string, CaptureWindow>();
  const features = plan.features.map(({ name }) => name);
  const seen = new Set<string>();
  const widths = new Map<number, number>();
  const counts = lineCounts();
  const windowOf = (time: Date): [string, CaptureWindow] => {
    const hour = new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS).toISOString();
    const window = windows.get(hour) ?? new CaptureWindow(plan);
    windows.set(hour, window);
    return [hour, window];
  };
  const brokenFiles = await eachLine(files, onProgress, (line, { folderTime }) => {
    const result = readSageMakerCapture(line, { features, ...(folderTime && { folderTime }) });
    if ('reason' in result) {
      counts.skip(result.reason);
      const { time, width } = result;
      if (width !== undefined) widths.set(width, (widths.get(width) ?? 0) + 1);
      if (time && width !== undefined) windowOf(time)[1].addWidth(width);
      return;
    }
    const { call } = result;
    if (call.eventId !== undefined && seen.has(call.eventId)) {
      counts.repeated += 1;
      return;
    }
    if (call.eventId !== undefined) seen.add(call.eventId);
    counts.read += 1;
    const [hour, window] = windowOf(call.time);
    window.add(call);
    onCall(call, hour);
  });
  const sorted = [...windows].sort(([a], [b]) => (a < b ? -1 : 1));
  return { windows: new Map(sorted), lines: counts, widths, brokenFiles };
}

/** Reads ground truth; of two labels of an id the later counts, in the order of the files. */
export async function readLabels(files: readonly CaptureFile[], onProgress: ReadProgress): Promise<ReadLabels> {
  const labels = new Labels();
  const counts = lineCounts();
  const brokenFiles = await eachLine(files, onProgress, (line) => {
    const truth = readGroundTruth(line);
    if ('reason' in truth) return counts.skip(truth.reason);
    const before = labels.size;
    labels.add(truth);
    if (labels.size === before) counts.repeated += 1;
    else counts.read += 1;
  });
  return { labels, lines: counts, brokenFiles };
}

function lineCounts() {
  const skipped = new Map<string, number>();
  return {
    read: 0,
    repeated: 0,
    skipped,
    skip(reason: string): void {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    },
  };
}

/** @returns what is wrong with files that end early */
async function eachLine(
  files: readonly CaptureFile[],
  onProgress: ReadProgress,
  take: (line: string, file: CaptureFile) => void,
): Promise<string[]> {
  const total = files.reduce((sum, { size }) => sum + size, 0) || 1;
  const broken: string[] = [];
  let done = 0;
  for (const file of files) {
    onProgress(done / total);
    let inFile = 0;
    try {
      for await (const line of captureFileLines(file.path)) {
        take(line, file);
        inFile += line.length;
        // a compressed file holds more than its size
        onProgress((done + Math.min(inFile, file.size)) / total);
      }
    } catch (error) {
      if (!(error instanceof UnreadableCaptureError)) throw error;
      broken.push(error.message);
    }
    done += file.size;
  }
  return broken;
}
