import { durationMs } from '../../domain/duration.ts';
import { dueWindows } from '../../domain/monitoring/due-windows.ts';
import type { WindowReader } from '../../domain/monitoring/window-reader.ts';
import { lastClosedWindow } from '../../domain/monitoring/windows.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { logger } from '../runtime/logger.ts';

export interface TickDeps {
  readonly registry: Registry;
  readonly captures: WindowReader;
  /** Puts one message on the monitor queue. */
  readonly send: (message: { model: string; windowStart: string; windowEnd: string; at: string }) => Promise<void>;
}

export interface Tick {
  /** The moment that decides which windows are closed: now, or any other in a replay. */
  readonly at: Date;
  /** Every model when absent. */
  readonly model?: string;
}

/** Models looked at side by side: each takes a few reads. */
const AT_ONCE = 10;

/**
 * Sends, for each model with a champion and monitoring switched on, one message that names its newest closed window with
 * capture that was not monitored yet. One, because alarms weigh windows in their order and the queue keeps none:
 * monitor-model works off those before it, oldest first. A message sent twice does no harm.
 *
 * @throws Error naming the models that could not be looked at, after all others were
 */
export async function tickMonitors({ at, model }: Tick, deps: TickDeps): Promise<{ sent: number }> {
  const names = model === undefined ? (await deps.registry.listModels()).map(({ name }) => name) : [model];
  const failed: { model: string; error: unknown }[] = [];
  let sent = 0;
  for (let i = 0; i < names.length; i += AT_ONCE) {
    await Promise.all(
      names.slice(i, i + AT_ONCE).map(async (name) => {
        try {
          if (await tickModel(name, at, deps)) sent += 1;
        } catch (error) {
          failed.push({ model: name, error });
        }
      }),
    );
  }
  logger.info('monitors-ticked', { at: at.toISOString(), models: names.length, sent, failed: failed.length });
  if (failed.length > 0) {
    throw new AggregateError(
      failed.map(({ error }) => error),
      `could not tick ${failed.map((failure) => failure.model).join(', ')}: ${failed[0]?.error}`,
    );
  }
  return { sent };
}

async function tickModel(model: string, at: Date, deps: TickDeps): Promise<boolean> {
  if (!(await deps.registry.findAlias(model, 'champion'))) return false;
  const { monitoring } = (await deps.registry.requireSpec(model)).spec;
  if (!monitoring.enabled) return false;
  const windowMs = durationMs(monitoring.window);
  const { start: last } = lastClosedWindow(windowMs, durationMs(monitoring.lateness), at);
  const due = await dueWindows({ model, windowMs, last }, deps);
  const newest = due.at(-1);
  if (!newest) return false;
  const windowEnd = new Date(newest.getTime() + windowMs).toISOString();
  await deps.send({ model, windowStart: newest.toISOString(), windowEnd, at: at.toISOString() });
  logger.info('window-due', { model, windowStart: newest.toISOString(), due: due.length });
  return true;
}
