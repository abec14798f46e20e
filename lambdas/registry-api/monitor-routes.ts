import * as z from 'zod';
import { NotFoundError } from '../../domain/common-errors.ts';
import { assessWindow } from '../../domain/monitoring/assess/assess-window.ts';
import { Baseline } from '../../domain/monitoring/baseline.ts';
import { OPEN_METRICS_TYPE, openMetrics } from '../../domain/monitoring/open-metrics.ts';
import { byPeriod, PERIODS, type WindowsOfPeriod } from '../../domain/monitoring/periods.ts';
import { mergeRecords } from '../../domain/monitoring/records/merge-records.ts';
import { MonitorReport } from '../../domain/monitoring/report.ts';
import { WindowRecord } from '../../domain/monitoring/window-record.ts';
import { Instant, type MonitorWindow } from '../../domain/registry/entities.ts';
import { json } from '../runtime/http.ts';
import { parseInput } from '../runtime/input.ts';
import { limitOf, page } from './pages.ts';
import type { RegistryApiDeps } from './ports.ts';
import type { Call, Route } from './router.ts';

const After = z.object({ after: z.string().optional() });
const HistoryQuery = z.object({ by: z.enum(PERIODS).default('day'), before: Instant.optional() });

/** Records read for one answer: each has some 100 KB. */
const MAX_RECORDS = 200;
const RECORDS_AT_ONCE = 10;

async function requireWindow({ params: { model = '', id = '' }, deps: { registry } }: Call): Promise<MonitorWindow> {
  const window = await registry.findMonitorWindow(model, id);
  if (!window) throw new NotFoundError(`window ${id} of ${model}`);
  return window;
}

async function report(call: Call) {
  const { report } = await requireWindow(call);
  return json(200, MonitorReport.parse(await call.deps.lake.artifact(report)));
}

/** What a picture of a window is drawn from: the profiles that its drift was found between. */
async function profiles(call: Call) {
  const window = await requireWindow(call);
  const [record, baseline] = await Promise.all([readRecord(window, call.deps), readBaseline(window, call.deps)]);
  const rows = record.versions.find(({ version }) => version === window.version)?.whole;
  return json(200, {
    version: window.version,
    baseline: { features: baseline.features, prediction: baseline.prediction, importances: baseline.importances },
    window: rows?.profile,
  });
}

async function readRecord(window: MonitorWindow, { records }: Pick<RegistryApiDeps, 'records'>): Promise<WindowRecord> {
  const bytes = await records.get(window.record);
  if (!bytes) throw new NotFoundError(`the record of window ${window.windowStart} of ${window.model}: it has expired`);
  return WindowRecord.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

async function readBaseline(
  { model, version }: Pick<MonitorWindow, 'model' | 'version'>,
  { registry, lake }: Pick<RegistryApiDeps, 'registry' | 'lake'>,
): Promise<Baseline> {
  const { artifacts } = await registry.requireVersion(model, version);
  return Baseline.parse(await lake.artifact(artifacts.baseline));
}

/** Windows summed to days, weeks or months, newest first: records add up, so nothing captured is read again. */
async function history({ params: { model = '' }, query, deps }: Call) {
  const limit = limitOf(query);
  const { by, before } = parseInput(HistoryQuery, { by: query.by, before: query.before });
  const { registry } = deps;
  const { spec, version: specVersion } = await registry.requireSpec(model);
  const windows = await registry.listMonitorWindows(model, MAX_RECORDS + 1, before);
  const periods = byPeriod(windows.slice(0, MAX_RECORDS), by);
  // the oldest period may go on beyond what was read
  const whole = windows.length > MAX_RECORDS && periods.length > 1 ? periods.slice(0, -1) : periods;
  const baselines = new Map<number, Promise<Baseline>>();
  const items: object[] = [];
  for (const period of whole.slice(0, limit)) {
    const version = period.windows[0]?.version as number;
    const baseline = baselines.get(version) ?? readBaseline({ model, version }, deps);
    baselines.set(version, baseline);
    const { records, expired } = await readRecords(period, deps);
    if (records.length === 0) continue;
    const record = records.reduce(mergeRecords);
    const summed = assessWindow({ spec, specVersion, record, version, baseline: await baseline, earlier: [] });
    const { status, rows, labelCoverage, outcomes, findings, windowStart, windowEnd } = summed;
    const shown = findings.filter(({ segment }) => segment === undefined);
    items.push({
      ...{ start: period.start.toISOString(), windowStart, windowEnd, version, status, rows, labelCoverage },
      ...{ windows: records.length, expired, outcomes, findings: shown },
    });
  }
  return page(items, limit, { more: whole.length > limit || whole.length < periods.length });
}

async function readRecords({ windows }: WindowsOfPeriod, deps: RegistryApiDeps) {
  const records: WindowRecord[] = [];
  let expired = 0;
  for (let start = 0; start < windows.length; start += RECORDS_AT_ONCE) {
    const some = windows.slice(start, start + RECORDS_AT_ONCE).map(async (window) => {
      const bytes = await deps.records.get(window.record);
      return bytes && WindowRecord.parse(JSON.parse(new TextDecoder().decode(bytes)));
    });
    for (const record of await Promise.all(some)) {
      if (record) records.push(record);
      else expired += 1;
    }
  }
  return { records, expired };
}

async function newestWindows({ query, deps: { registry } }: Call) {
  const limit = limitOf(query);
  const { after } = parseInput(After, { after: query.after });
  return page(await registry.listNewestWindows({ limit: limit + 1, ...(after !== undefined && { after }) }), limit);
}

/** For Prometheus: of one model with `?model=`, else of all. */
async function metrics({ query, deps: { registry } }: Call) {
  const { model } = query;
  const windows =
    model === undefined ? await registry.listNewestWindows() : await registry.listMonitorWindows(model, 1);
  return { statusCode: 200, headers: { 'content-type': OPEN_METRICS_TYPE }, body: openMetrics(windows) };
}

export const monitorRoutes: readonly Route[] = [
  { method: 'GET', path: 'monitors', handle: newestWindows },
  { method: 'GET', path: 'metrics', handle: metrics },
  { method: 'GET', path: 'models/:model/history', handle: history },
  { method: 'GET', path: 'models/:model/windows/:id/report', handle: report },
  { method: 'GET', path: 'models/:model/windows/:id/profiles', handle: profiles },
];
