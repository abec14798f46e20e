import * as z from 'zod';
import { type TimeWindow, windowAt } from '../monitoring/windows.ts';
import { ModelName } from '../spec/model-spec.ts';

const Millrace = { model: ModelName, eventTime: z.iso.datetime({ offset: true }) };
const EventMetadata = z.object({ eventId: z.string().min(1) });
const Line = z.union([
  z.object({
    captureData: z.object({ endpointInput: z.object({}), endpointOutput: z.object({}) }),
    eventMetadata: EventMetadata,
    millrace: z.object({ type: z.literal('capture'), ...Millrace }),
  }),
  z.object({
    groundTruthData: z.object({ data: z.string() }),
    eventMetadata: EventMetadata,
    millrace: z.object({ type: z.literal('label'), ...Millrace }),
  }),
]);

export interface Partition {
  readonly model: string;
  readonly window: TimeWindow;
  readonly lines: readonly string[];
}

export interface Partitioned {
  readonly windows: readonly Partition[];
  /** Lines that say neither model nor time, or name a model that is not registered: as they came. */
  readonly unreadable: readonly string[];
}

/**
 * Sorts capture and label lines by model and event-time window. Lines are handed on unchanged and in order; every line
 * comes out exactly once. Repeats are left in: readers of a window drop them by eventId, since they may lie in different
 * objects.
 *
 * @param windowMs length of a model's windows; undefined for a model that is not registered
 */
export async function partitionLines(
  text: string,
  windowMs: (model: string) => Promise<number | undefined>,
): Promise<Partitioned> {
  const windows = new Map<string, { model: string; window: TimeWindow; lines: string[] }>();
  const unreadable: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const parsed = readLine(line);
    const length = parsed && (await windowMs(parsed.model));
    if (!parsed || length === undefined) {
      unreadable.push(line);
      continue;
    }
    const window = windowAt(parsed.eventTime, length);
    const id = `${parsed.model} ${window.start.getTime()}`;
    const partition = windows.get(id) ?? { model: parsed.model, window, lines: [] };
    windows.set(id, partition);
    partition.lines.push(line);
  }
  return { windows: [...windows.values()], unreadable };
}

function readLine(line: string): { model: string; eventTime: Date } | undefined {
  try {
    const { success, data } = Line.safeParse(JSON.parse(line));
    return success ? { model: data.millrace.model, eventTime: new Date(data.millrace.eventTime) } : undefined;
  } catch {
    return undefined;
  }
}
