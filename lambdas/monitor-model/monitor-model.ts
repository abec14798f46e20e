import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import { canonicalDigest } from '../../domain/canonical-json.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import { labelOf } from '../../domain/features/fit.ts';
import { Baseline } from '../../domain/monitoring/baseline.ts';
import { decideAlarm } from '../../domain/monitoring/decide.ts';
import { assessDrift } from '../../domain/monitoring/drift.ts';
import { dueWindows } from '../../domain/monitoring/due-windows.ts';
import { MonitorReport } from '../../domain/monitoring/report.ts';
import { VersionRows } from '../../domain/monitoring/version-rows.ts';
import { LOOK_BACK_WINDOWS, type WindowReader } from '../../domain/monitoring/window-reader.ts';
import type { TimeWindow } from '../../domain/monitoring/windows.ts';
import type { SpecVersion } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { logger } from '../runtime/logger.ts';
import type { MonitorMessage } from './message.ts';
import { type ReadWindow, readWindow, type VersionReference } from './read-window.ts';
import { recordWindow } from './record-window.ts';

type Artifacts = Pick<ArtifactStore, 'putBytes' | 'getBytes'>;

export interface MonitorDeps {
  readonly registry: Registry;
  readonly captures: WindowReader;
  readonly artifacts: Artifacts;
  readonly publisher: EventPublisher;
  /** Writes a line in embedded metric format to the log. */
  readonly writeMetrics: (line: string) => void;
  readonly now: () => Date;
}

/**
 * Monitors the window of a message after every earlier one that is still due, oldest first: an alarm weighs the windows
 * before it, and messages come in any order. A window that was monitored is done again, as its next revision, only when
 * its capture has changed since.
 */
export async function monitorModel(message: MonitorMessage, deps: MonitorDeps): Promise<void> {
  const { model, at } = message;
  const spec = await deps.registry.requireSpec(model);
  if (!spec.spec.monitoring.enabled) {
    logger.info('monitoring-disabled', { model });
    return;
  }
  const last = new Date(message.windowStart);
  const windowMs = Date.parse(message.windowEnd) - last.getTime();
  const due = await dueWindows({ model, windowMs, last: new Date(last.getTime() - 1) }, deps);
  for (const start of [...due, last]) {
    await monitorWindow({ start, end: new Date(start.getTime() + windowMs) }, at, spec, deps);
  }
}

async function monitorWindow(window: TimeWindow, at: string, spec: SpecVersion, deps: MonitorDeps): Promise<void> {
  const { registry, captures, artifacts } = deps;
  const { model } = spec;
  const windowStart = window.start.toISOString();
  const keys = await captures.objectKeys(model, window.start);
  const known = await registry.findMonitorWindow(model, windowStart);
  if (known && (await readJson(artifacts, known.report, MonitorReport)).capture.digest === canonicalDigest(keys)) {
    logger.info('window-unchanged', { model, windowStart, revision: known.revision });
    return;
  }
  const reference = (version: number) => readReference(model, version, deps);
  const read = await readWindow(model, window, keys, { captures, reference });
  const served = mostRows(read.byVersion) ?? (await championWithoutRows(model, deps));
  if (!served) {
    logger.warn('no-champion', { model, windowStart });
    return;
  }
  const { version, rows, baseline } = served;
  const drift = assessDrift({ spec: spec.spec, baseline, window: rows.profile() });
  const { persistence } = spec.spec.monitoring;
  const newest = await registry.listMonitorWindows(model, 2 * LOOK_BACK_WINDOWS);
  const earlier = newest.filter((other) => other.windowStart < windowStart);
  const decision = decideAlarm(drift, version, earlier, persistence);
  const report = MonitorReport.parse({
    schemaVersion: 1,
    model,
    modelVersion: version,
    specVersion: spec.version,
    windowStart,
    windowEnd: window.end.toISOString(),
    ...decision,
    drift,
    capture: { ...read.summary, otherVersions: others(read, version) },
  });
  await recordWindow({ report, revision: (known?.revision ?? 0) + 1, at, persistence }, deps);
}

/** The version that served most of the window; of two that served alike the newer one. */
function mostRows(byVersion: ReadWindow['byVersion']) {
  const [most] = [...byVersion].sort(([a, left], [b, right]) => right.rows - left.rows || b - a);
  return most && { version: most[0], rows: most[1], baseline: most[1].baseline };
}

/** Labels alone, or lines that could not be read: a window without rows is one of the champion. */
async function championWithoutRows(model: string, deps: MonitorDeps) {
  const champion = await deps.registry.findAlias(model, 'champion');
  if (!champion) return undefined;
  const { baseline, classes } = await readReference(model, champion.version, deps);
  return { version: champion.version, rows: new VersionRows(baseline, classes), baseline };
}

const others = ({ byVersion }: ReadWindow, version: number) =>
  [...byVersion]
    .filter(([other]) => other !== version)
    .map(([other, { rows }]) => ({ version: other, rows }))
    .sort((a, b) => a.version - b.version);

async function readReference(
  model: string,
  version: number,
  { registry, artifacts }: MonitorDeps,
): Promise<VersionReference> {
  const { artifacts: refs, specVersion } = await registry.requireVersion(model, version);
  const baseline = await readJson(artifacts, refs.baseline, Baseline);
  if (baseline.prediction.type !== 'category') return { baseline, classes: [] };
  const label = labelOf((await registry.requireSpec(model, specVersion)).spec);
  return { baseline, classes: label.kind === 'class' ? label.classes : [] };
}

async function readJson<T>(artifacts: Artifacts, ref: ArtifactRef, schema: { parse(value: unknown): T }): Promise<T> {
  return schema.parse(JSON.parse(new TextDecoder().decode(await artifacts.getBytes(ref))));
}
