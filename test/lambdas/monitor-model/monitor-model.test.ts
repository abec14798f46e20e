import { beforeEach, describe, expect, it, vi } from 'vitest';
import { labelLine } from '../../../domain/capture/lines.ts';
import { scoredOf } from '../../../domain/evaluation/predictions.ts';
import type { Baseline } from '../../../domain/monitoring/baseline.ts';
import { completeBaseline } from '../../../domain/monitoring/complete-baseline.ts';
import { MONITORS } from '../../../domain/monitoring/finding.ts';
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
  memoryWindowStore,
} from '../../fixtures/monitoring.ts';
import { seeded } from '../../fixtures/random.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.parse('2026-03-02T00:00:00Z');
const now = new Date('2026-06-01T00:00:00Z');
const change = { by: 'test', at: now };
const start = (day: number) => new Date(FIRST_DAY + day * DAY_MS).toISOString();
const windowOn = (day: number) => ({ start: new Date(start(day)), end: new Date(start(day + 1)) });
const noon = (day: number) => new Date(FIRST_DAY + (day + 0.5) * DAY_MS);
const far = ([age, , ...rest]: ChurnRow): ChurnRow => [age, 95, ...rest];

async function world(spec = aModelSpec()) {
  const registry = memoryRegistry();
  const captures = memoryCaptures();
  const artifacts = memoryArtifacts();
  const windows = memoryWindowStore();
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
    captures: captures.captures,
    store: windows.store,
    artifacts: artifacts.store,
    publisher: { publish: async (name, detail) => void published.push({ name, ...detail }) },
    writeMetrics: (text) =>
      void metrics.push(
        ...text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    modelMetrics: false,
    now: () => now,
  };
  const monitor = async (days: number | readonly number[], at = start(30)) => {
    const asked = [days].flat().map((day) => ({ start: start(day), end: start(day + 1) }));
    const body = JSON.stringify({ model: 'churn', windows: asked, at });
    const { batchItemFailures } = await makeHandler(deps)({ Records: [{ messageId: 'm', body }] });
    return batchItemFailures.length === 0;
  };
  /** One raw object's worth of lines in the window of a day. */
  const capture = (day: number, lines: readonly string[], name = 'a') =>
    captures.put('churn', windowOn(day), name, lines);
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
    windows,
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

/** A label for each captured call: as likely as its score says, but for the first `wrong` of them, where the model errs. */
function labelsFor(lines: readonly string[], at: Date, wrong = 0): string[] {
  const random = seeded(5);
  return lines.map((line, i) => {
    const { eventMetadata, captureData, millrace } = JSON.parse(line);
    const [score] = JSON.parse(captureData.endpointOutput.data).predictions;
    const drawn = Number(random() < score);
    const label = String(i < wrong * lines.length ? Number(score < 0.5) : drawn);
    const eventTime = new Date(millrace.eventTime);
    return labelLine({
      model: 'churn',
      inferenceId: eventMetadata.inferenceId,
      row: 0,
      label,
      eventTime,
      at,
    }).trimEnd();
  });
}

describe('monitor-model', () => {
  let w: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    w = await world();
  });

  it('finds a calm window ok and writes everything down', async () => {
    w.calm(0);
    expect(await w.monitor(0, start(2))).toBe(true);
    const window = await w.window(0);
    expect(window).toMatchObject({ status: 'ok', breached: false, rows: 400, version: 1, revision: 1, at: start(2) });
    expect(window?.figures.largest_drift).toBeGreaterThan(0);
    const decision = await w.registry.requireDecision('churn', window?.decisionId ?? '');
    expect(decision).toMatchObject({ kind: 'monitor', outcome: 'ok', version: 1, at: start(2) });
    expect(decision.numbers).toMatchObject({ rows: 400, minRows: 200, labelCoverage: 0, tally: { lines: 400 } });
    const report = await w.report(0);
    expect(report).toMatchObject({ modelVersion: 1, windowStart: start(0), windowEnd: start(1), otherVersions: [] });
    expect(report.outcomes.map(({ monitor }) => monitor)).toEqual([...MONITORS]);
    expect(w.published).toEqual([]);
    expect(w.metrics).toMatchObject([{ MonitorWindowsOk: 1, MonitoredRows: 400 }]);
    expect(w.metrics[0]).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: 'Millrace', Dimensions: [[]] }] } });
  });

  it('writes metrics for each model only where that was asked for', async () => {
    w.calm(0);
    await w.monitor(0);
    expect(JSON.stringify(w.metrics)).not.toContain('churn');
    w.calm(1);
    Object.assign(w.deps, { modelMetrics: true });
    await w.monitor(1);
    expect(w.metrics.at(-1)).toMatchObject({ Model: 'churn', WindowStatus: 0, WindowRows: 400, LabelCoverage: 0 });
    expect(w.metrics.at(-1)).toMatchObject({ _aws: { CloudWatchMetrics: [{ Dimensions: [['Model']] }] } });
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
    expect(w.published).toMatchObject([
      {
        name: 'MonitorAlarmRaised',
        model: 'churn',
        at: '2026-03-04T00:20:00.000Z',
        version: 1,
        windowStart: start(1),
        windowEnd: start(2),
        revision: 1,
        decisionId: window?.decisionId,
        monitors: ['feature-drift'],
        features: ['spend'],
        reasons: [expect.stringContaining('spend')],
      },
    ]);
    expect(w.metrics.slice(1)).toMatchObject([
      { MonitorWindowsAlarm: 1 },
      { MonitorAlarms: 1, Monitor: 'feature-drift' },
    ]);
  });

  it('names the features of one alarm by how far they moved, each once', async () => {
    for (const day of [0, 1]) {
      const change = ([, , , active, score]: ChurnRow): ChurnRow => [null, 95, 'free', active, score];
      w.capture(day, churnLines(churnRows(400, day, change), noon(day), { seed: day + 1 }));
    }
    await w.monitor([0, 1]);
    expect(w.published).toHaveLength(1);
    const [{ features, severity }] = w.published as [{ features: string[]; severity: number }];
    expect([...features].sort()).toEqual(['age', 'plan', 'spend']);
    const alarms = (await w.report(1)).findings.filter(({ status }) => status === 'alarm');
    expect(severity).toBe(Math.max(...alarms.map((finding) => finding.severity)));
    expect(alarms.find((finding) => finding.severity === severity)?.subject).toBe(features[0]);
  });

  it('changes nothing when a message is delivered again', async () => {
    for (const day of [0, 1]) w.drifted(day);
    await w.monitor([0, 1]);
    const before = [await w.window(0), await w.window(1), await w.registry.findAuditHead('churn')];
    expect(await w.monitor([0, 1], start(9))).toBe(true);
    expect([await w.window(0), await w.window(1), await w.registry.findAuditHead('churn')]).toEqual(before);
    expect(w.published).toHaveLength(1);
    expect(w.windows.stored.size).toBe(4);
  });

  it('finishes what a crash left undone, with one decision and the same event', async () => {
    for (const day of [0, 1]) w.drifted(day);
    await w.monitor(0);
    const put = w.registry.putMonitorWindow;
    w.deps.registry.putMonitorWindow = () => Promise.reject(new Error('killed'));
    expect(await w.monitor(1)).toBe(false);
    w.deps.registry.putMonitorWindow = put;
    expect(await w.monitor(1)).toBe(true);
    expect(await w.registry.listDecisions('churn', 'monitor')).toHaveLength(2);
    expect(w.published).toHaveLength(2);
    expect(w.published[0]).toEqual(w.published[1]);
  });

  it('takes the mark off before it looks, so that what comes meanwhile wakes the window again', async () => {
    w.calm(0);
    const { objectKeys } = w.deps.captures;
    Object.assign(w.deps.captures, {
      objectKeys: async (...args: Parameters<typeof objectKeys>) => {
        const keys = await objectKeys(...args);
        w.capture(0, churnLines(churnRows(100, 99), noon(0), { seed: 99 }), 'late');
        return keys;
      },
    });
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ rows: 400 });
    expect(w.captures.marks.size).toBe(1);
  });

  it('lets the first of two deliveries at the same time win', async () => {
    w.calm(0);
    expect(await Promise.all([w.monitor(0), w.monitor(0)])).toEqual([true, true]);
    expect((await w.window(0))?.revision).toBe(1);
    expect(w.metrics).toHaveLength(1);
    expect(await w.registry.listDecisions('churn', 'monitor')).toHaveLength(1);
  });

  it('issues a window anew as its next revision when more capture came, and keeps no old files', async () => {
    w.calm(0);
    await w.monitor(0);
    w.capture(0, churnLines(churnRows(100, 99), noon(0), { seed: 99 }), 'b');
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ revision: 2, rows: 500 });
    expect(await w.registry.listDecisions('churn', 'monitor')).toHaveLength(2);
    expect(w.windows.stored.size).toBe(2);
  });

  it('reads no object of capture twice', async () => {
    w.calm(0);
    await w.monitor(0);
    const read: string[] = [];
    const { lines } = w.deps.captures;
    Object.assign(w.deps.captures, {
      async *lines(key: string) {
        read.push(key);
        yield* lines(key);
      },
    });
    w.capture(0, churnLines(churnRows(100, 99), noon(0), { seed: 99 }), 'b');
    await w.monitor(0);
    expect(read).toHaveLength(1);
    expect(read[0]).toMatch(/b$/);
  });

  it('reads the index of no window that nothing was added to', async () => {
    w.calm(0);
    await w.monitor(0);
    const get = vi.spyOn(w.deps.store, 'get');
    const read = () => get.mock.calls.map(([{ key }]) => key);
    await w.monitor(0);
    const { record, index } = (await w.window(0)) ?? {};
    expect(read()).toEqual([record?.key]);
    w.capture(0, churnLines(churnRows(100, 99), noon(0), { seed: 99 }), 'b');
    await w.monitor(0);
    expect(read().slice(1)).toEqual([record?.key, index?.key]);
  });

  it('begins no window once its time is over: the rest stays marked for the next tick', async () => {
    for (const day of [0, 1, 2]) w.calm(day);
    let passed = 0;
    Object.assign(w.deps, { beginWithinMs: 150_000, now: () => new Date(now.getTime() + 50_000 * passed++) });
    expect(await w.monitor([0, 1, 2])).toBe(true);
    expect(await w.window(0)).toBeDefined();
    expect(await w.window(2)).toBeUndefined();
    expect(w.captures.marks.size).toBe(2);
    Object.assign(w.deps, { now: () => now });
    await w.monitor([1, 2]);
    expect(await w.window(2)).toBeDefined();
    expect(w.captures.marks.size).toBe(0);
  });

  it('counts a line that came twice once', async () => {
    const lines = churnLines(churnRows(300, 5), noon(0));
    w.capture(0, [...lines, ...lines.slice(0, 50)]);
    w.capture(0, lines.slice(100, 120), 'b');
    await w.monitor(0);
    expect((await w.window(0))?.rows).toBe(300);
    expect((await w.report(0)).tally).toMatchObject({ duplicates: 70 });
  });

  it('sets aside what it cannot read or what belongs elsewhere', async () => {
    const [first = ''] = churnLines(churnRows(1, 1), noon(0), { seed: 50 });
    const tomorrow = churnLines(churnRows(3, 2), noon(1), { seed: 51 });
    const unknown = churnLines(churnRows(4, 3), noon(0), { seed: 52, version: 9 });
    const foreign = first.replaceAll('"churn"', '"fraud"');
    w.capture(0, [...churnLines(churnRows(250, 5), noon(0)), ...tomorrow, ...unknown]);
    w.capture(0, ['{"broken', foreign, '[]'], 'b');
    await w.monitor(0);
    const { rows, tally } = await w.report(0);
    expect(rows).toBe(250);
    expect(tally).toMatchObject({ outsideRows: 3, unknownVersionRows: 4 });
    expect(Object.values(tally.rejected).reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('compares the version that served most rows with its own baseline, and counts the other', async () => {
    const ofTwo = aBaseline(undefined, churnRows(10_000, 1, far));
    await w.register('run-2', ofTwo);
    const some = churnLines(churnRows(250, 5), noon(0), { version: 1, seed: 1 });
    const most = churnLines(churnRows(300, 6, far), noon(0), { version: 2, seed: 2 });
    w.capture(0, [...some, ...most]);
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ version: 2, rows: 300, status: 'ok' });
    expect((await w.report(0)).otherVersions).toEqual([{ version: 1, rows: 250 }]);
  });

  it('neither clears nor alarms a window of too few rows, and passes over it', async () => {
    w.drifted(0);
    w.capture(1, churnLines(churnRows(199, 3, far), noon(1), { seed: 7 }));
    w.drifted(2);
    await w.monitor([0, 1, 2]);
    expect(await w.window(1)).toMatchObject({ status: 'insufficient_data', breached: false, rows: 199 });
    expect(await w.window(2)).toMatchObject({ status: 'alarm' });
    expect(w.metrics[1]).toMatchObject({ MonitorWindowsInsufficientData: 1 });
  });

  it('has no figure of what there were too few rows for', async () => {
    Object.assign(w.deps, { modelMetrics: true });
    w.capture(0, churnLines(churnRows(120, 3), noon(0)));
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ status: 'insufficient_data', figures: {} });
    expect(w.metrics.at(-1)).toMatchObject({ Model: 'churn', WindowRows: 120 });
    expect(w.metrics.at(-1)).not.toHaveProperty('LargestDrift');
  });

  it('weighs a breach however many windows of too few rows lie between, and reads few windows where nothing breached', async () => {
    const read = vi.spyOn(w.registry, 'listMonitorWindows');
    const between = Array.from({ length: 14 }, (_, i) => i + 1);
    w.drifted(0);
    for (const day of between) w.capture(day, churnLines(churnRows(20, day), noon(day), { seed: day }));
    w.drifted(15);
    w.calm(16);
    await w.monitor([0, ...between, 15, 16]);
    expect(await w.window(15)).toMatchObject({ status: 'alarm' });
    const limits = (day: number) => read.mock.calls.filter(([, , before]) => before === start(day)).map(([, n]) => n);
    expect(limits(15)).toEqual([12, 120]);
    expect(limits(16)).toEqual([12]);
  });

  it('writes down all that was found in a window, and some of what was not; the report has the rest', async () => {
    w.drifted(0);
    await w.monitor(0);
    const { decisionId = '' } = (await w.window(0)) ?? {};
    const { numbers } = await w.registry.requireDecision('churn', decisionId);
    const recorded = numbers.findings as MonitorReport['findings'];
    const { findings } = await w.report(0);
    const found = ({ status }: { status: string }) => status === 'alarm' || status === 'warn';
    expect(findings.filter(found).length).toBeGreaterThan(0);
    expect(recorded.filter(found)).toEqual(findings.filter(found).toSorted((a, b) => b.severity - a.severity));
    expect(recorded).toHaveLength(findings.filter(found).length + 5);
    expect(findings.length).toBeGreaterThan(recorded.length);
  });

  it('reads the spec in force once, also for a version that was trained under it', async () => {
    const read = vi.spyOn(w.registry, 'requireSpec');
    w.calm(0);
    w.calm(1);
    await w.monitor([0, 1]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('has no data for a window of labels alone', async () => {
    w.capture(0, [
      labelLine({ model: 'churn', inferenceId: 'x', row: 0, label: '1', eventTime: noon(0), at: noon(1) }),
    ]);
    await w.monitor(0);
    expect(await w.window(0)).toMatchObject({ status: 'insufficient_data', rows: 0, version: 1 });
  });

  it('starts a window over when the length of windows has changed', async () => {
    w.calm(0);
    await w.monitor(0);
    const week = { start: new Date(start(0)), end: new Date(start(7)) };
    w.captures.put('churn', week, 'a', churnLines(churnRows(300, 4), noon(3), { seed: 8 }));
    const windows = [{ start: week.start.toISOString(), end: week.end.toISOString() }];
    const body = JSON.stringify({ model: 'churn', windows, at: start(30) });
    await makeHandler(w.deps)({ Records: [{ messageId: 'm', body }] });
    expect(await w.window(0)).toMatchObject({ revision: 2, rows: 300, windowEnd: start(7) });
  });

  it('leaves a window alone whose record or index has expired', async () => {
    w.calm(0);
    await w.monitor(0);
    const before = await w.window(0);
    w.windows.stored.delete(before?.index?.key ?? '');
    w.capture(0, churnLines(churnRows(100, 99), noon(0), { seed: 99 }), 'b');
    expect(await w.monitor(0)).toBe(true);
    expect(await w.window(0)).toEqual(before);
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

describe('late labels', () => {
  let w: Awaited<ReturnType<typeof world>>;
  const days = [0, 1] as const;
  const lines = days.map((day) => churnLines(churnRows(400, day + 10), noon(day), { seed: day + 1 }));
  beforeEach(async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    w = await world(aModelSpec({ monitoring: { quality: { metric: 'accuracy', maxLoss: 0.1 } } }));
    const classes = ['0', '1'];
    const scores = Float64Array.from({ length: 1_000 }, (_, i) => (i + 0.5) / 1_000);
    const random = seeded(6);
    const scored = scoredOf(
      aModelSpec(),
      classes,
      scores.map((score) => Number(random() < score)),
      scores,
    );
    const { live } = completeBaseline(aBaseline(), { spec: aModelSpec(), scored, classes, values: new Map() });
    await w.register('run-2', { ...aBaseline(), ...(live && { live }) });
    for (const day of days) w.capture(day, lines[day]?.map((line) => line.replace('"version":1', '"version":2')) ?? []);
    await w.monitor([...days]);
  });
  const label = (day: 0 | 1, wrong: number, at = noon(day + 5), name = 'labels') =>
    w.capture(day, labelsFor(lines[day] as string[], at, wrong), name);

  it('wake their window and issue its quality, with the coverage beside it', async () => {
    expect(await w.window(0)).toMatchObject({ revision: 1, labelCoverage: 0 });
    label(0, 0);
    await w.monitor(0);
    const window = await w.window(0);
    expect(window).toMatchObject({ revision: 2, labelCoverage: 1, status: 'ok' });
    expect(window?.figures.accuracy).toBeCloseTo(0.75, 1);
    expect(window?.figures.estimated_accuracy).toBeCloseTo(0.75, 1);
  });

  it('raise one alarm about quality once it persists, and none for what was announced', async () => {
    label(0, 0.4);
    await w.monitor(0);
    expect(w.published).toEqual([]);
    label(1, 0.4);
    await w.monitor(1);
    expect(w.published).toMatchObject([{ monitors: ['quality'], windowStart: start(1), revision: 2 }]);
    w.capture(1, labelsFor(lines[1]?.slice(0, 10) as string[], noon(8), 1), 'corrected');
    await w.monitor(1);
    expect(await w.window(1)).toMatchObject({ revision: 3, status: 'alarm' });
    expect(w.published).toHaveLength(1);
  });

  it('are taken back when they are corrected', async () => {
    label(0, 0);
    await w.monitor(0);
    const before = (await w.window(0))?.figures.accuracy ?? 0;
    label(0, 0.4, noon(6), 'wrong');
    await w.monitor(0);
    expect((await w.window(0))?.figures.accuracy).toBeLessThan(before - 0.2);
    label(0, 0, noon(9), 'corrected');
    await w.monitor(0);
    const { figures, revision } = (await w.window(0)) ?? {};
    expect({ accuracy: figures?.accuracy, revision }).toEqual({ accuracy: before, revision: 4 });
    expect((await w.report(0)).tally.labels).toMatchObject({ labelled: 400, unmatched: 0 });
  });
});
