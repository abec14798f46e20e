import type { ArtifactStore } from '../../domain/artifacts.ts';
import { durationMs } from '../../domain/duration.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import { assessWindow } from '../../domain/monitoring/assess/assess-window.ts';
import type { CapturedWindows, WindowStore } from '../../domain/monitoring/captured-windows.ts';
import type { VersionReference } from '../../domain/monitoring/records/version-reference.ts';
import { WindowBuilder } from '../../domain/monitoring/records/window-builder.ts';
import { WindowRecord } from '../../domain/monitoring/window-record.ts';
import type { TimeWindow } from '../../domain/monitoring/windows.ts';
import type { MonitorWindow, SpecVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { logger } from '../runtime/logger.ts';
import type { MonitorMessage } from './message.ts';
import { recordWindow } from './record-window.ts';
import { versionReferences } from './references.ts';

export interface MonitorDeps {
  readonly registry: Registry;
  readonly captures: Pick<CapturedWindows, 'clean' | 'objectKeys' | 'lines'>;
  readonly store: WindowStore;
  readonly artifacts: Pick<ArtifactStore, 'putBytes' | 'getBytes'>;
  readonly publisher: EventPublisher;
  /** Writes a line in embedded metric format to the log. */
  readonly writeMetrics: (line: string) => void;
  /** Metrics under a dimension for each model besides. */
  readonly modelMetrics: boolean;
  readonly now: () => Date;
  /** A message's windows are begun for so long, so that the last one has time to end. @default no limit */
  readonly beginWithinMs?: number;
}

/** Windows before one that its alarms may weigh: `of` of one version, with room for others and for those without enough data. */
const EARLIER_WINDOWS = 120;
/** So many times `of` are read first: of more than these only a breach that waits for its persistence is weighed. */
const NEAR = 4;

/**
 * Adds what is new to each window of a message and issues its figures anew, oldest first: an alarm weighs the windows
 * before it. What breaks off is done again with the message; what was added once is not added twice. Windows that there is no
 * time for stay marked, and the next tick asks for them again.
 */
export async function monitorModel({ model, windows, at }: MonitorMessage, deps: MonitorDeps): Promise<void> {
  const spec = await deps.registry.requireSpec(model);
  if (!spec.spec.monitoring.enabled) {
    logger.info('monitoring-disabled', { model });
    return;
  }
  const reference = versionReferences(spec, deps);
  const { beginWithinMs = Number.POSITIVE_INFINITY, now } = deps;
  const began = now().getTime();
  for (const [done, { start, end }] of windows.entries()) {
    if (done > 0 && now().getTime() - began >= beginWithinMs) {
      logger.warn('windows-left', { model, done, left: windows.length - done });
      return;
    }
    await monitorWindow({ start: new Date(start), end: new Date(end) }, at, { spec, reference }, deps);
  }
}

interface Judged {
  readonly spec: SpecVersion;
  readonly reference: ReturnType<typeof versionReferences>;
}

async function monitorWindow(window: TimeWindow, at: string, judged: Judged, deps: MonitorDeps): Promise<void> {
  const { spec, reference } = judged;
  const { registry, captures } = deps;
  const { model } = spec;
  const windowStart = window.start.toISOString();
  await captures.clean({ model, window });
  const earlierIssue = await registry.findMonitorWindow(model, windowStart);
  // of another length: that one's figures are of other rows
  const known = earlierIssue?.windowEnd === window.end.toISOString() ? earlierIssue : undefined;
  const record = known && (await readRecord(known, deps));
  const keys = await captures.objectKeys(model, window);
  const ledger = new Set(record?.ledger);
  if (known && record && keys.every((key) => ledger.has(objectName(key)))) {
    logger.info('window-unchanged', { model, windowStart, revision: known.revision });
    return;
  }
  const builder = known ? await resumed(known, record, window, judged, deps) : builderOf(window, judged);
  if (!builder) {
    logger.warn('window-sealed', { model, windowStart, because: 'its record or its index has expired' });
    return;
  }
  for (const key of keys) await builder.addObject(objectName(key), captures.lines(key));
  const counted = builder.record();
  const version = mostRows(counted) ?? (await registry.findAlias(model, 'champion'))?.version;
  const served = version === undefined ? undefined : await reference(version);
  if (version === undefined || !served) {
    logger.warn('no-champion', { model, windowStart });
    return;
  }
  const report = await assess({ spec, record: counted, version, baseline: served.baseline }, deps);
  const issue = { report, record: counted, index: builder.index(), window, at, before: known };
  await recordWindow({ ...issue, revision: (earlierIssue?.revision ?? 0) + 1 }, deps);
}

function builderOf(
  window: TimeWindow,
  { spec: { model, spec }, reference }: Judged,
  stored: { readonly record: WindowRecord; readonly index: Uint8Array } | Record<string, never> = {},
): WindowBuilder {
  const labelHorizonMs = durationMs(spec.monitoring.labelHorizon);
  return new WindowBuilder({ model, window, task: spec.task, labelHorizonMs, ...stored, reference });
}

/** One that goes on from what is stored, and alone holds the index. @returns undefined if the retention of that is over */
async function resumed(
  { index: ref }: MonitorWindow,
  record: WindowRecord | undefined,
  window: TimeWindow,
  judged: Judged,
  { store }: MonitorDeps,
): Promise<WindowBuilder | undefined> {
  const index = record && ref && (await store.get(ref));
  return record && index && builderOf(window, judged, { record, index });
}

interface Served {
  readonly spec: SpecVersion;
  readonly record: WindowRecord;
  readonly version: number;
  readonly baseline: VersionReference['baseline'];
}

/** Few earlier windows say as much as many unless a monitor breached and had too little data in some of them. */
async function assess({ spec: { spec, version: specVersion }, ...of }: Served, { registry }: MonitorDeps) {
  const { model, windowStart } = of.record;
  const { persistence } = spec.monitoring;
  const near = Math.min(EARLIER_WINDOWS, NEAR * persistence.of);
  const given = { spec, specVersion, ...of };
  const earlier = await registry.listMonitorWindows(model, near, windowStart);
  const report = assessWindow({ ...given, earlier });
  const isShort = report.outcomes.some(({ breached, of }) => breached && of < persistence.of);
  if (!isShort || earlier.length < near || near === EARLIER_WINDOWS) return report;
  return assessWindow({ ...given, earlier: await registry.listMonitorWindows(model, EARLIER_WINDOWS, windowStart) });
}

/** @returns undefined if its retention is over */
async function readRecord({ record }: MonitorWindow, { store }: MonitorDeps): Promise<WindowRecord | undefined> {
  const bytes = await store.get(record);
  return bytes && WindowRecord.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** What a ledger knows an object by. */
const objectName = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** The version that served most of the window; of two that served alike the newer one. */
function mostRows({ versions }: WindowRecord): number | undefined {
  const [most] = [...versions].sort((a, b) => b.whole.profile.rows - a.whole.profile.rows || b.version - a.version);
  return most?.version;
}
