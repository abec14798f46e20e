import { beforeEach, describe, expect, it, vi } from 'vitest';
import { labelLine } from '../../../domain/capture/lines.ts';
import type { Baseline } from '../../../domain/monitoring/baseline.ts';
import { MonitorReport } from '../../../domain/monitoring/report.ts';
import { makeHandler } from '../../../lambdas/monitor-model/handler.ts';
import type { MonitorDeps } from '../../../lambdas/monitor-model/monitor-model.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import {
  aBaseline,
  type ChurnRow,
  churnLines,
  churnRows,
  memoryArtifacts,
  memoryCaptures,
} from '../../fixtures/monitoring.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse('2026-03-02T00:00:00Z');
const now = new Date('2026-06-01T00:00:00Z');
const change = { by: 'test', at: now };
const start = (day: number) => new Date(FIRST_DAY + day * DAY_MS).toISOString();
const noon = (day: number) => new Date(FIRST_DAY + (day + 0.5) * DAY_MS);
const far = ([age, , ...rest]: ChurnRow): ChurnRow => [age, 95, ...rest];

async function world(spec = aModelSpec()) {
  const registry = memoryRegistry();
  const captures = memoryCaptures();
  const artifacts = memoryArtifacts();
  const published: object[] = [];
  const metrics: Record<string, unknown>[] = [];
  await registry.applySpec(spec, change);
  const register = async (runId: string, baseline: Baseline = aBaseline()) => {
    const bytes = new TextEncoder().encode(JSON.stringify(baseline));
    const { version: _, ...version } = aModelVersion({ runId });
    const ref = await artifacts.store.putBytes('baseline.json', bytes);
    return registry.registerVersion({ ...version, artifacts: { ...version.artifacts, baseline: ref } }, change);
  };
  await register('run-1');
  await registry.moveAlias({ model: 'churn', alias: 'champion', version: 1, expectedRev: 0 }, change);
  const deps: MonitorDeps = {
    registry,
    captures: captures.reader,
    artifacts: artifacts.store,
    publisher: { publish: async (name, detail) => void published.push({ name, ...detail }) },
    writeMetrics: (line) => void metrics.push(JSON.parse(line)),
    now: () => now,
  };
  const monitor = async (day: number, at = start(day + 2)) => {
    const body = JSON.stringify({ model: 'churn', windowStart: start(day), windowEnd: start(day + 1), at });
    const { batchItemFailures } = await makeHandler(deps)({ Records: [{ messageId: 'm', body }] });
    return batchItemFailures.length === 0;
  };
  /** One raw object's worth of lines in the window of a day. */
  const capture = (day: number, lines: readonly string[], name = 'a') => captures.put('churn', start(day), name, lines);
  const calm = (day: number) => capture(day, churnLines(churnRows(400, day + 10), noon(day), { seed: day + 1 }));
  const drifted = (day: number, share = 1) => {
    const rows = churnRows(400, day + 10, (row, i) => (i < share * 400 ? far(row) : row));
    return capture(day, churnLines(rows, noon(day), { seed: day + 1 }));
  };
  const window = (day: number) => registry.findMonitorWindow('churn', start(day));
  const report = async (day: number) => {
    const found = await window(day);
    return MonitorReport.parse(found && (await artifacts.json(found.report)));
  };
  return {
    registry,
    captures,
    artifacts,
    published,
    metrics,
    deps,
    register,
    monitor,
    capture,
    calm,
    drifted,
    window,
    report,
  };
}

describe('monitor-model', () => {
  let w: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    w = await world();
  });

  it('finds a calm window ok and writes everything down', async () => {
    w.calm(0);
    expect(await w.monitor(0)).toBe(true);
    const window = await w.window(0);
    expect(window).toMatchObject({ status: 'ok', breached: false, rows: 400, version: 1, revision: 1, at: start(2) });
    const decision = await w.registry.requireDecision('churn', window?.decisionId ?? '');
    expect(decision).toMatchObject({ kind: 'drift', outcome: 'ok', version: 1, at: start(2) });
    expect(decision.numbers).toMatchObject({ rows: 400, minRows: 200, breaches: 0, featuresCompared: 4 });
    expect(await w.report(0)).toMatchObject({
      modelVersion: 1,
      windowStart: start(0),
      windowEnd: start(1),
      capture: { objects: 1, duplicates: 0, rejectedLines: 0, outsideRows: 0, labelRows: 0, otherVersions: [] },
    });
    expect(w.published).toEqual([]);
    expect(w.metrics).toMatchObject([{ MonitorWindowsOk: 1, MaxPsi: expect.any(Number) }]);
    expect(w.metrics[0]).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: 'Millrace', Dimensions: [[]] }] } });
  });

  it('warns of one drifted window and raises an alarm at the second', async () => {
    w.drifted(0);
    w.drifted(1);
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ status: 'warn', breached: true });
    expect(w.published).toEqual([]);
    await w.monitor(1, '2026-03-04T00:20:00.000Z');
    const window = await w.window(1);
    expect(window).toMatchObject({ status: 'alarm', breached: true });
    expect(w.published).toEqual([
      {
        name: 'DriftDetected',
        model: 'churn',
        at: '2026-03-04T00:20:00.000Z',
        version: 1,
        windowStart: start(1),
        decisionId: window?.decisionId,
        features: ['spend'],
      },
    ]);
    expect(w.metrics.map((line) => Object.keys(line)[1])).toEqual(['MonitorWindowsWarn', 'MonitorWindowsAlarm']);
  });

  it('names the drifted features by how far they moved', async () => {
    for (const day of [0, 1]) {
      const change = ([, , , active, score]: ChurnRow): ChurnRow => [null, 95, 'free', active, score];
      w.capture(day, churnLines(churnRows(400, day, change), noon(day), { seed: day + 1 }));
      await w.monitor(day);
    }
    const drift = (await w.report(1)).drift.features.filter(({ status }) => status === 'alarm');
    const ranked = drift.sort((a, b) => b.severity - a.severity).map(({ name }) => name);
    expect(ranked).toHaveLength(3);
    expect(w.published).toMatchObject([{ features: ranked }]);
  });

  it('changes nothing when a message is delivered again', async () => {
    for (const day of [0, 1]) w.drifted(day);
    await w.monitor(0);
    await w.monitor(1);
    const before = [await w.window(0), await w.window(1), await w.registry.findAuditHead('churn')];
    expect(await w.monitor(1, start(9))).toBe(true);
    expect(await w.monitor(0)).toBe(true);
    expect([await w.window(0), await w.window(1), await w.registry.findAuditHead('churn')]).toEqual(before);
    expect(w.published).toHaveLength(1);
    expect(w.metrics).toHaveLength(2);
  });

  it('finishes what a crash left undone, with one decision and the same event', async () => {
    for (const day of [0, 1]) w.drifted(day);
    await w.monitor(0);
    const put = w.registry.putMonitorWindow;
    w.deps.registry.putMonitorWindow = () => Promise.reject(new Error('killed'));
    expect(await w.monitor(1)).toBe(false);
    w.deps.registry.putMonitorWindow = put;
    expect(await w.monitor(1)).toBe(true);
    expect(await w.registry.listDecisions('churn', 'drift')).toHaveLength(2);
    expect(w.published).toHaveLength(2);
    expect(w.published[0]).toEqual(w.published[1]);
  });

  it('lets the first of two deliveries at the same time win', async () => {
    w.calm(0);
    const outcomes = await Promise.all([w.monitor(0), w.monitor(0)]);
    expect(outcomes).toEqual([true, true]);
    expect((await w.window(0))?.revision).toBe(1);
    expect(w.metrics).toHaveLength(1);
    expect(await w.registry.listDecisions('churn', 'drift')).toHaveLength(1);
  });

  it('monitors a window anew as its next revision when more capture came', async () => {
    w.calm(0);
    await w.monitor(0);
    w.capture(0, churnLines(churnRows(100, 99), noon(0), { seed: 99 }), 'b');
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ revision: 2, rows: 500 });
    expect(await w.registry.listDecisions('churn', 'drift')).toHaveLength(2);
  });

  it('counts a line that came twice once', async () => {
    const lines = churnLines(churnRows(300, 5), noon(0));
    w.capture(0, [...lines, ...lines.slice(0, 50)]);
    w.capture(0, lines.slice(100, 120), 'b');
    await w.monitor(0);
    expect((await w.window(0))?.rows).toBe(300);
    expect((await w.report(0)).capture).toMatchObject({ objects: 2, duplicates: 70 });
  });

  it('counts labels, and sets aside what it cannot read or what belongs elsewhere', async () => {
    const [first = ''] = churnLines(churnRows(1, 1), noon(0), { seed: 50 });
    const { inferenceId } = JSON.parse(first).eventMetadata;
    const label = (row: number, text: string) =>
      labelLine({ model: 'churn', inferenceId, row, label: text, eventTime: noon(0), at: noon(1) }).trimEnd();
    const tomorrow = churnLines(churnRows(3, 2), noon(1), { seed: 51 });
    const foreign = first.replaceAll('"churn"', '"fraud"');
    w.capture(0, [...churnLines(churnRows(250, 5), noon(0)), label(0, '1'), label(0, '0'), label(1, '1'), ...tomorrow]);
    w.capture(0, ['{"broken', foreign, '[]'], 'b');
    await w.monitor(0);
    expect(await w.report(0)).toMatchObject({
      drift: { rows: 250 },
      capture: { labelRows: 2, rejectedLines: 3, outsideRows: 3 },
    });
  });

  it('compares the version that served most rows with its own baseline, and counts the other', async () => {
    const ofTwo = aBaseline(undefined, churnRows(10_000, 1, far));
    await w.register('run-2', ofTwo);
    const some = churnLines(churnRows(250, 5), noon(0), { version: 1, seed: 1 });
    const most = churnLines(churnRows(300, 6, far), noon(0), { version: 2, seed: 2 });
    w.capture(0, [...some, ...most]);
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ version: 2, rows: 300, status: 'ok' });
    expect((await w.report(0)).capture.otherVersions).toEqual([{ version: 1, rows: 250 }]);
  });

  it('works off earlier windows first, so that the order of messages does not matter', async () => {
    for (const day of [0, 1, 3]) w.drifted(day);
    await w.monitor(3);
    expect(await w.window(0)).toMatchObject({ status: 'warn' });
    expect(await w.window(1)).toMatchObject({ status: 'alarm' });
    expect(await w.window(2)).toBeUndefined();
    expect(await w.window(3)).toMatchObject({ status: 'alarm' });
    expect(w.published).toMatchObject([{ windowStart: start(1) }, { windowStart: start(3) }]);
  });

  it('neither clears nor alarms a window of too few rows, and passes over it', async () => {
    w.drifted(0);
    w.capture(1, churnLines(churnRows(199, 3, far), noon(1), { seed: 7 }));
    w.drifted(2);
    await w.monitor(2);
    expect(await w.window(1)).toMatchObject({ status: 'insufficient_data', breached: false, rows: 199 });
    expect(await w.window(2)).toMatchObject({ status: 'alarm' });
    expect(w.metrics[1]).toMatchObject({ MonitorWindowsInsufficientData: 1 });
    expect(w.metrics[1]).not.toHaveProperty('MaxPsi');
  });

  it('has no data for a window of labels alone', async () => {
    w.capture(0, [
      labelLine({ model: 'churn', inferenceId: 'x', row: 0, label: '1', eventTime: noon(0), at: noon(1) }),
    ]);
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ status: 'insufficient_data', rows: 0, version: 1 });
  });

  it('does nothing once monitoring is switched off', async () => {
    w.calm(0);
    await w.registry.applySpec(aModelSpec({ monitoring: { enabled: false } }), change);
    expect(await w.monitor(0)).toBe(true);
    expect(await w.window(0)).toBeUndefined();
  });

  it('reports a message it cannot read as failed', async () => {
    const { batchItemFailures } = await makeHandler(w.deps)({
      Records: [{ messageId: 'm', body: '{"model":"churn"}' }],
    });
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  });
});
