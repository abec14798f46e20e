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
}

/** Windows before one that its alarms may weigh: `of` of one version, with room for others and for those without enough data. */
const EARLIER_WINDOWS = 120;
/** So many times `of` are read first: of more than these only a breach that waits for its persistence is weighed. */
const NEAR = 4;

/**
 * Adds what is new to each window of a message and issues its figures anew, oldest first: an alarm weighs the windows
 * before it. What breaks off is done again with the message; what was added once is not added twice.
 */
export async function monitorModel({ model, windows, at }: MonitorMessage, deps: MonitorDeps): Promise<void> {
  const spec = await deps.registry.requireSpec(model);
  if (!spec.spec.monitoring.enabled) {
    logger.info('monitoring-disabled', { model });
    return;
  }
  const reference = versionReferences(spec, deps);
  for (const { start, end } of windows) {
    await monitorWindow({ start: new Date(start), end: new Date(end) }, at, { spec, reference }, deps);
  }
}

interface Judged {
  readonly spec: SpecVersion;
  readonly reference: ReturnType<typeof versionReferences>;
}

async function monitorWindow(
  window: TimeWindow,
  at: string,
  { spec, reference }: Judged,
  deps: MonitorDeps,
): Promise<void> {
  const { registry, captures } = deps;
  const { model } = spec;
  const windowStart = window.start.toISOString();
  await captures.clean({ model, window });
  const earlierIssue = await registry.findMonitorWindow(model, windowStart);
  // of another length: that one's figures are of other rows
  const known = earlierIssue?.windowEnd === window.end.toISOString() ? earlierIssue : undefined;
  const stored = known ? await readStored(known, deps) : {};
  if (!stored) {
    logger.warn('window-sealed', { model, windowStart, because: 'its record or its index has expired' });
    return;
  }
  const builder = new WindowBuilder({
    model,
    window,
    task: spec.spec.task,
    labelHorizonMs: durationMs(spec.spec.monitoring.labelHorizon),
    ...stored,
    reference,
  });
  for (const key of await captures.objectKeys(model, window)) {
    await builder.addObject(key.split('/').at(-1) ?? key, captures.lines(key));
  }
  if (known && !builder.changed) {
    logger.info('window-unchanged', { model, windowStart, revision: known.revision });
    return;
  }
  const record = builder.record();
  const version = mostRows(record) ?? (await registry.findAlias(model, 'champion'))?.version;
  const served = version === undefined ? undefined : await reference(version);
  if (version === undefined || !served) {
    logger.warn('no-champion', { model, windowStart });
    return;
  }
  const report = await assess({ spec, record, version, baseline: served.baseline }, deps);
  const issue = { report, record, index: builder.index(), window, at, before: known };
  await recordWindow({ ...issue, revision: (earlierIssue?.revision ?? 0) + 1 }, deps);
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
async function readStored(
  { record: ref, index: indexRef }: MonitorWindow,
  { store }: MonitorDeps,
): Promise<{ record: WindowRecord; index: Uint8Array } | undefined> {
  const [record, index] = await Promise.all([store.get(ref), indexRef && store.get(indexRef)]);
  if (!record || !index) return undefined;
  return { record: WindowRecord.parse(JSON.parse(new TextDecoder().decode(record))), index };
}

/** The version that served most of the window; of two that served alike the newer one. */
function mostRows({ versions }: WindowRecord): number | undefined {
  const [most] = [...versions].sort((a, b) => b.whole.profile.rows - a.whole.profile.rows || b.version - a.version);
  return most?.version;
}
