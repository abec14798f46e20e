import { canonicalDigest, canonicalJson } from '../../domain/canonical-json.ts';
import { ConcurrentWriteError } from '../../domain/common-errors.ts';
import { bySeverity, driftedFeatures, type FeatureDrift, type MonitorReport } from '../../domain/monitoring/report.ts';
import type { MonitorWindow } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { logger } from '../runtime/logger.ts';
import { windowMetrics } from './metrics.ts';
import type { MonitorDeps } from './monitor-model.ts';

const BY = 'monitor-model';
/** Features in a decision record, which is one item of at most 400 KB; the report has them all. */
const RECORDED_FEATURES = 50;
/** Features in an event, which is at most 256 KB. */
const ANNOUNCED_FEATURES = 100;

export interface NewWindow {
  readonly report: MonitorReport;
  readonly revision: number;
  /** The moment the tick asked about. */
  readonly at: string;
  readonly persistence: ModelSpec['monitoring']['persistence'];
}

/**
 * Stores the report, records the decision, announces an alarm and, last of all, the window: until that is there, a
 * delivery that broke off is done again. Everything before it is named by its content, so that twice is once.
 */
export async function recordWindow({ report, revision, at, persistence }: NewWindow, deps: MonitorDeps): Promise<void> {
  const { registry, artifacts, publisher, now } = deps;
  const { model, modelVersion: version, windowStart, windowEnd, status, drift } = report;
  const bytes = new TextEncoder().encode(canonicalJson(report));
  const stored = await artifacts.putBytes('drift-report.json', bytes, 'application/json');
  const identity = { model, windowStart, revision, report: stored.sha256 };
  const decisionId = `drift-${canonicalDigest(identity).slice(0, 16)}`;
  await registry.recordDecision(
    {
      decisionId,
      model,
      kind: 'drift',
      outcome: status,
      reasons: report.reasons,
      numbers: figures({ report, revision, persistence }),
      version,
      at,
    },
    { by: BY, at: now() },
  );
  if (status === 'alarm') {
    const features = driftedFeatures(drift).map(({ name }) => name);
    await publisher.publish('DriftDetected', {
      model,
      at,
      version,
      windowStart,
      decisionId,
      features: features.slice(0, ANNOUNCED_FEATURES),
    });
  }
  const { rows, breached } = drift;
  const window = { model, windowStart, windowEnd, version, revision, status, rows, breached, report: stored };
  const isOurs = await putWindow({ ...window, decisionId, at }, deps);
  if (!isOurs) return;
  deps.writeMetrics(windowMetrics(report, now()));
  logger.info('window-monitored', { model, version, windowStart, revision, status, rows, breached, decisionId });
}

/** @returns false if another delivery has put the same window meanwhile */
async function putWindow(window: MonitorWindow, { registry, now }: MonitorDeps): Promise<boolean> {
  try {
    await registry.putMonitorWindow(window, { by: BY, at: now() });
    return true;
  } catch (error) {
    if (!(error instanceof ConcurrentWriteError)) throw error;
    const there = await registry.findMonitorWindow(window.model, window.windowStart);
    if (there?.report.sha256 !== window.report.sha256) throw error;
    return false;
  }
}

function figures({ report, revision, persistence }: Omit<NewWindow, 'at'>): Record<string, unknown> {
  const { windowStart, windowEnd, breaches, specVersion, drift, capture } = report;
  return {
    windowStart,
    windowEnd,
    revision,
    specVersion,
    rows: drift.rows,
    minRows: drift.minRows,
    baselineRows: drift.baselineRows,
    falseDiscoveryRate: drift.falseDiscoveryRate,
    missingThreshold: drift.missingThreshold,
    breaches,
    persistence,
    labelRows: capture.labelRows,
    otherVersions: capture.otherVersions,
    featuresCompared: drift.features.length,
    features: drift.features.toSorted(bySeverity).slice(0, RECORDED_FEATURES).map(figuresOf),
    prediction: figuresOf(drift.prediction),
  };
}

function figuresOf({ name, status, causes, method, effect, threshold, pValue, ...shares }: FeatureDrift) {
  return {
    name,
    status,
    causes,
    method,
    effect,
    threshold,
    pValue,
    significant: shares.adjustedSignificant,
    missingShare: shares.missingShare.window,
    baselineMissingShare: shares.missingShare.baseline,
    unseenShare: shares.unseenShare.window,
  };
}
