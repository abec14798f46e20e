/** Ticks and the windows they ask for, in a process of its own: reads a `TickTask` as JSON, prints what it took as JSON. */
import { json } from 'node:stream/consumers';
import type { MonitorWindow } from '../../domain/registry/entities.ts';
import type { MonitorMessage } from '../../lambdas/monitor-model/message.ts';
import { monitorModel } from '../../lambdas/monitor-model/monitor-model.ts';
import { tickMonitors } from '../../lambdas/tick-monitors/tick-monitors.ts';
import { WINDOW } from './capture-data.ts';
import { type Cost, inChild, measured } from './measure.ts';
import type { Bill } from './service-meter.ts';
import { historyOf, modelName, tickWorld } from './tick-world.ts';

export interface TickTask {
  readonly models: number;
  readonly withTraffic: number;
  readonly lines: number;
  /** Windows that each model had before. */
  readonly history: number;
}

export interface Phase extends Cost {
  readonly bill: Bill;
  readonly logBytes: number;
  readonly tableBytes: number;
  readonly bucketBytes: number;
}

export interface TickResult {
  /** A tick without any traffic, one while windows are open, one once they are closed, and the work that asks for. */
  readonly idle: Phase;
  readonly open: Phase;
  readonly closed: Phase;
  readonly monitored: Phase;
  readonly statuses: Readonly<Record<string, number>>;
  /** Of CloudWatch, of all models together. */
  readonly metrics: number;
}

const HOUR_MS = 3_600_000;

export const runTicks = (task: TickTask): Promise<TickResult> =>
  inChild(process.execPath, [import.meta.filename], { input: task });

/** What a window of these looks like in the registry once it has been monitored. */
async function exampleWindow(lines: number): Promise<MonitorWindow> {
  const { deps, capture } = await tickWorld({ models: 1, withTraffic: 1, lines, history: [] });
  capture();
  const [start, end] = [WINDOW.start.toISOString(), WINDOW.end.toISOString()];
  await monitorModel({ model: modelName(0), windows: [{ start, end }], at: end }, deps);
  const window = await deps.registry.findMonitorWindow(modelName(0), start);
  if (!window) throw new Error('a window was not recorded');
  return window;
}

async function perform({ models, withTraffic, lines, history }: TickTask): Promise<TickResult> {
  let logBytes = 0;
  const print = process.stdout.write;
  process.stdout.write = (text: string | Uint8Array) => {
    logBytes += Buffer.byteLength(text);
    return true;
  };
  const earlier = historyOf(await exampleWindow(lines), history);
  const world = await tickWorld({ models, withTraffic, lines, history: earlier });
  const { meter, deps, captures } = world;
  const messages: MonitorMessage[] = [];
  const { registry } = deps;
  const send = async (message: MonitorMessage) => {
    meter.add('sqs');
    messages.push(JSON.parse(JSON.stringify(message)));
  };
  const tick = (afterEndMs: number) =>
    phase(async () => {
      await tickMonitors({ at: new Date(WINDOW.end.getTime() + afterEndMs) }, { registry, captures, send });
    });

  async function phase(run: () => Promise<void>): Promise<Phase> {
    meter.take();
    [logBytes, meter.stored] = [0, { tableBytes: 0, bucketBytes: 0 }];
    const { result: _, ...cost } = await measured(run);
    return { ...cost, bill: meter.take(), logBytes, ...meter.stored };
  }

  const idle = await tick(0);
  world.capture();
  const open = await tick(-HOUR_MS);
  if (messages.length > 0) throw new Error(`${messages.length} windows were asked for that are open`);
  const closed = await tick(HOUR_MS);
  const monitored = await phase(async () => {
    for (const message of messages) {
      await monitorModel(message, deps);
      // Lambda receives and deletes it
      meter.add('sqs', 2);
    }
  });
  const statuses: Record<string, number> = {};
  for (let i = 0; i < withTraffic; i++) {
    const window = await registry.findMonitorWindow(modelName(i), WINDOW.start.toISOString());
    if (window?.rows !== lines) throw new Error(`${modelName(i)}: ${window?.rows} rows of ${lines} were counted`);
    statuses[window.status] = (statuses[window.status] ?? 0) + 1;
  }
  process.stdout.write = print;
  return { idle, open, closed, monitored, statuses, metrics: world.metrics.size };
}

if (import.meta.main) {
  const result = await perform((await json(process.stdin)) as TickTask);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
