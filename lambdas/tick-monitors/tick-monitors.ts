import { NotFoundError } from '../../domain/common-errors.ts';
import { durationMs } from '../../domain/duration.ts';
import type { CapturedWindows, DirtyWindow } from '../../domain/monitoring/captured-windows.ts';
import { isWindowClosed, type TimeWindow } from '../../domain/monitoring/windows.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { logger } from '../runtime/logger.ts';

export interface TickDeps {
  readonly registry: Pick<Registry, 'findAlias' | 'requireSpec'>;
  readonly captures: Pick<CapturedWindows, 'dirty' | 'clean'>;
  /** Puts one message on the monitor queue. */
  readonly send: (message: { model: string; windows: { start: string; end: string }[]; at: string }) => Promise<void>;
}

export interface Tick {
  /** The moment that decides which windows are closed: now, or any other in a replay. */
  readonly at: Date;
  /** Every model when absent. */
  readonly model?: string;
}

/** Models looked at side by side: each takes two reads. */
const AT_ONCE = 10;
/** Windows in one message: what one run of the worker gets through; the others stay marked for the next tick. */
const WINDOWS_PER_MESSAGE = 60;

/**
 * Sends, for each model with a champion and monitoring switched on, one message naming its closed windows that capture or
 * labels were added to since they were last monitored, oldest first: alarms weigh windows in their order. Only what was
 * marked is looked at, so models without traffic cost nothing. A message sent twice does no harm.
 *
 * @throws Error naming the models that could not be looked at, after all others were
 */
export async function tickMonitors({ at, model }: Tick, deps: TickDeps): Promise<{ sent: number }> {
  const failed: { model: string; error: unknown }[] = [];
  let [models, sent] = [0, 0];
  let batch: Promise<void>[] = [];
  const look = async (dirty: readonly DirtyWindow[]) => {
    const name = dirty[0]?.model ?? '';
    try {
      if (await tickModel(name, dirty, at, deps)) sent += 1;
    } catch (error) {
      failed.push({ model: name, error });
    }
  };
  for await (const dirty of byModel(deps.captures.dirty(model))) {
    models += 1;
    batch.push(look(dirty));
    if (batch.length < AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  logger.info('monitors-ticked', { at: at.toISOString(), models, sent, failed: failed.length });
  if (failed.length > 0) {
    throw new AggregateError(
      failed.map(({ error }) => error),
      `could not tick ${failed.map((failure) => failure.model).join(', ')}: ${failed[0]?.error}`,
    );
  }
  return { sent };
}

/** Marks come sorted by model. */
async function* byModel(marks: AsyncIterable<DirtyWindow>): AsyncGenerator<DirtyWindow[]> {
  let group: DirtyWindow[] = [];
  for await (const mark of marks) {
    if (group.length > 0 && group[0]?.model !== mark.model) {
      yield group;
      group = [];
    }
    group.push(mark);
  }
  if (group.length > 0) yield group;
}

async function tickModel(model: string, dirty: readonly DirtyWindow[], at: Date, deps: TickDeps): Promise<boolean> {
  // as most ticks find models: nothing has to be read to know that
  if (dirty.every(({ window }) => !isWindowClosed(window, 0, at))) return false;
  const monitoring = await monitoringOf(model, deps);
  if (!monitoring?.enabled) {
    // nobody will ask for these: they would be listed at every tick
    for (const mark of dirty) await deps.captures.clean(mark);
    return false;
  }
  if (!(await deps.registry.findAlias(model, 'champion'))) return false;
  const lateness = durationMs(monitoring.lateness);
  const closed = dirty.map(({ window }) => window).filter((window) => isWindowClosed(window, lateness, at));
  if (closed.length === 0) return false;
  const windows = closed
    .sort((a, b) => a.start.getTime() - b.start.getTime() || a.end.getTime() - b.end.getTime())
    .slice(0, WINDOWS_PER_MESSAGE)
    .map(instants);
  await deps.send({ model, windows, at: at.toISOString() });
  logger.info('windows-due', { model, windows: windows.length, first: windows[0]?.start, waiting: closed.length });
  return true;
}

/** @returns undefined for a model that is not registered */
async function monitoringOf(model: string, { registry }: TickDeps): Promise<ModelSpec['monitoring'] | undefined> {
  try {
    return (await registry.requireSpec(model)).spec.monitoring;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

const instants = ({ start, end }: TimeWindow) => ({ start: start.toISOString(), end: end.toISOString() });
