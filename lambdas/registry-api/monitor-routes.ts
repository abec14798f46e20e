import * as z from 'zod';
import { InvalidInputError, NotFoundError } from '../../domain/common-errors.ts';
import { type AssessInput, assessWindow } from '../../domain/monitoring/assess/assess-window.ts';
import { Baseline } from '../../domain/monitoring/baseline.ts';
import { withoutValues } from '../../domain/monitoring/drift/paired-column.ts';
import { OPEN_METRICS_TYPE, openMetrics } from '../../domain/monitoring/open-metrics.ts';
import { byPeriod, PERIODS, type WindowsOfPeriod } from '../../domain/monitoring/periods.ts';
import { mergeRecords } from '../../domain/monitoring/records/merge-records.ts';
import { MonitorReport } from '../../domain/monitoring/report.ts';
import { WindowRecord } from '../../domain/monitoring/window-record.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import { Instant, type MonitorWindow } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { json } from '../runtime/http.ts';
import { parseInput } from '../runtime/input.ts';
import { fitting, limitOf, page } from './pages.ts';
import type { RegistryApiDeps } from './ports.ts';
import type { Call, Route } from './router.ts';

const After = z.object({ after: z.string().optional() });
const HistoryQuery = z.object({ by: z.enum(PERIODS).default('day'), before: Instant.optional() });

/** Models in one scrape: each has some 2 KB, and a Lambda answers with at most 6 MB. */
const MAX_SCRAPED = 2_000;
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

/**
 * What a picture of a window is drawn from: the profiles that its drift was found between. `window` is absent once its
 * record has expired. A feature that was declared protected since it was trained on shows no values.
 */
async function profiles(call: Call) {
  const window = await requireWindow(call);
  const [record, baseline, { spec }] = await Promise.all([
    findRecord(window, call.deps),
    readBaseline(window, call.deps),
    call.deps.registry.requireSpec(window.model),
  ]);
  const { protected: hidden } = spec.data;
  const shown = (column: ColumnProfile) => (hidden.includes(column.name) ? withoutValues(column) : column);
  const rows = record?.versions.find(({ version }) => version === window.version)?.whole.profile;
  const { features, prediction, importances } = baseline;
  return json(200, {
    version: window.version,
    baseline: { features: features.map(shown), prediction, importances },
    window: rows && { ...rows, columns: rows.columns.map(shown) },
  });
}

async function findRecord({ record }: MonitorWindow, { records }: Pick<RegistryApiDeps, 'records'>) {
  const bytes = await records.get(record);
  return bytes && WindowRecord.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

async function readBaseline(
  { model, version }: Pick<MonitorWindow, 'model' | 'version'>,
  { registry, lake }: Pick<RegistryApiDeps, 'registry' | 'lake'>,
): Promise<Baseline> {
  const { artifacts } = await registry.requireVersion(model, version);
  return Baseline.parse(await lake.artifact(artifacts.baseline));
}

/**
 * Windows summed to days, weeks or months, newest first: records add up, so nothing captured is read again. `limit` counts
 * periods, of which each has one sum per version. `status` is of the sum alone, so that a breach is a warning unless one is
 * enough; what was said of its windows is in `windowStatuses`. `partial` where the period began before what one answer reads.
 */
async function history({ params: { model = '' }, query, deps }: Call) {
  const limit = limitOf(query);
  const { by, before } = parseInput(HistoryQuery, { by: query.by, before: query.before });
  const { registry } = deps;
  const { spec, version: specVersion } = await registry.requireSpec(model);
  const windows = await registry.listMonitorWindows(model, MAX_RECORDS + 1, before);
  const isCut = windows.length > MAX_RECORDS;
  const periods = [
    ...Map.groupBy(byPeriod(windows.slice(0, MAX_RECORDS), by), ({ start }) => start.getTime()).values(),
  ];
  // the oldest period may go on beyond what was read
  const whole = isCut && periods.length > 1 ? periods.slice(0, -1) : periods;
  const baselines = new Map<number, Promise<Baseline>>();
  const baselineOf = (version: number) => {
    const baseline = baselines.get(version) ?? readBaseline({ model, version }, deps);
    baselines.set(version, baseline);
    return baseline;
  };
  const sums: object[][] = [];
  for (const period of whole.slice(0, limit)) {
    const versions: object[] = [];
    for (const group of period) {
      const { record, ...about } = await summed(group, deps);
      const { version } = group;
      const partial = isCut && periods.length === 1;
      const sum = record
        ? figuresOf({ spec, specVersion, record, version, baseline: await baselineOf(version), earlier: [] })
        : NOTHING_KEPT;
      versions.push({ ...about, version, ...(partial && { partial }), ...sum });
    }
    sums.push(versions);
  }
  const { items, more } = fitting(sums, limit);
  return json(200, { items: items.flat(), more: more || isCut || whole.length > limit });
}

/** Of a period whose records have all expired: its windows still say what they were. */
const NOTHING_KEPT = { status: 'insufficient_data', rows: 0, labelCoverage: 0, outcomes: [], findings: [] };

function figuresOf(input: AssessInput): object {
  const { status, rows, labelCoverage, outcomes, findings } = assessWindow(input);
  const shown = findings.filter(({ segment }) => segment === undefined);
  return { status, rows, labelCoverage, outcomes, findings: shown };
}

async function summed({ start, windows }: WindowsOfPeriod, deps: RegistryApiDeps) {
  const records: WindowRecord[] = [];
  for (let i = 0; i < windows.length; i += RECORDS_AT_ONCE) {
    const some = await Promise.all(windows.slice(i, i + RECORDS_AT_ONCE).map((window) => findRecord(window, deps)));
    records.push(...some.filter((record) => record !== undefined));
  }
  const { record, apart } = sumOf(records);
  const statuses = Map.groupBy(windows, ({ status }) => status);
  return {
    start: start.toISOString(),
    windowStart: windows[0]?.windowStart,
    windowEnd: windows.at(-1)?.windowEnd,
    windows: records.length - apart,
    ...(apart > 0 && { apart }),
    expired: windows.length - records.length,
    windowStatuses: Object.fromEntries([...statuses].map(([status, { length }]) => [status, length])),
    record,
  };
}

/** The newest records that add up; `apart` counts those of before a change of evaluation.threshold, which do not. */
function sumOf(records: readonly WindowRecord[]): { record: WindowRecord | undefined; apart: number } {
  let record: WindowRecord | undefined;
  let apart = 0;
  for (const next of records.toReversed()) {
    try {
      record = record ? mergeRecords(next, record) : next;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      apart += 1;
    }
  }
  return { record, apart };
}

async function newestWindows({ query, deps: { registry } }: Call) {
  const limit = limitOf(query);
  const { after } = parseInput(After, { after: query.after });
  return page(await registry.listNewestWindows({ limit: limit + 1, ...(after !== undefined && { after }) }), limit);
}

/** For Prometheus: of one model with `?model=`, else of all, or of a part with `?after=` and `?limit=`. */
async function metrics({ query, deps: { registry } }: Call) {
  const windows = query.model === undefined ? await scraped(query, registry) : await newestOf(query.model, registry);
  return { statusCode: 200, headers: { 'content-type': OPEN_METRICS_TYPE }, body: openMetrics(windows) };
}

async function newestOf(model: string, registry: Registry): Promise<MonitorWindow[]> {
  if (!(await registry.findModel(model))) throw new NotFoundError(`model ${model}`);
  return registry.listMonitorWindows(model, 1);
}

/** A scrape that leaves models out would look as if they were well, so that one of too many is refused. */
async function scraped(query: Call['query'], registry: Registry): Promise<MonitorWindow[]> {
  const { after } = parseInput(After, { after: query.after });
  const limit = query.limit === undefined ? undefined : limitOf(query);
  const from = after === undefined ? {} : { after };
  const windows = await registry.listNewestWindows({ ...from, limit: limit ?? MAX_SCRAPED + 1 });
  if (windows.length <= MAX_SCRAPED) return windows;
  const parts = '?model=<name>, or ?after=<name>&limit=<count>';
  throw new InvalidInputError([`more than ${MAX_SCRAPED} models are monitored: scrape them in parts, with ${parts}`]);
}

export const monitorRoutes: readonly Route[] = [
  { method: 'GET', path: 'monitors', handle: newestWindows },
  { method: 'GET', path: 'metrics', handle: metrics },
  { method: 'GET', path: 'models/:model/history', handle: history },
  { method: 'GET', path: 'models/:model/windows/:id/report', handle: report },
  { method: 'GET', path: 'models/:model/windows/:id/profiles', handle: profiles },
];
