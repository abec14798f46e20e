import { durationMs } from '../duration.ts';
import type { EventPublisher } from '../events/catalog.ts';
import type { ParkedToken } from '../registry/entities.ts';
import type { Registry } from '../registry/ports.ts';

/** The name under which `monitoring.retrain.every` of a model waits for its time. */
export const scheduleOf = (model: string): string => `schedule/${model}`;

/** A retraining that was due and held back is asked for again after a day, or after `every` if that is shorter. */
const ASK_AGAIN_MS = 86_400_000;

type ScheduleRegistry = Pick<
  Registry,
  'requireSpec' | 'listRuns' | 'findParked' | 'park' | 'unpark' | 'postponeParked'
>;

/** After a spec was applied: sets, moves or removes the entry as the spec in force has it. Safe to repeat. */
export async function keepSchedule(model: string, registry: ScheduleRegistry, now: Date): Promise<void> {
  const { spec } = await registry.requireSpec(model);
  const { every } = spec.monitoring.retrain;
  const name = scheduleOf(model);
  if (every === undefined) {
    await registry.unpark(name);
    return;
  }
  // a spec that is applied again does not put the first run off
  const parkedAt = (await registry.findParked(name))?.parkedAt ?? now.toISOString();
  const dueAt = await dueTime(model, durationMs(every), parkedAt, registry);
  await registry.park({ name, kind: 'schedule', model, ownerId: model, parkedAt, dueAt: dueAt.toISOString() });
}

/** When an entry's time has come: asks for a retraining, unless a run began since or the spec no longer wants one. */
export async function askForRetraining(
  { name, model, parkedAt, dueAt }: ParkedToken,
  { registry, publisher, now }: { registry: ScheduleRegistry; publisher: EventPublisher; now: () => Date },
): Promise<'removed' | 'moved-on' | 'asked'> {
  const { spec } = await registry.requireSpec(model);
  const { every } = spec.monitoring.retrain;
  if (every === undefined) {
    await registry.unpark(name);
    return 'removed';
  }
  const everyMs = durationMs(every);
  const due = await dueTime(model, everyMs, parkedAt, registry);
  if (due > now()) {
    await registry.postponeParked(name, due);
    return 'moved-on';
  }
  // named by the time it was due: asked for twice before it is postponed, it is the same request
  await publisher.publish('RetrainingDue', { model, at: dueAt });
  await registry.postponeParked(name, new Date(now().getTime() + Math.min(everyMs, ASK_AGAIN_MS)));
  return 'asked';
}

async function dueTime(model: string, everyMs: number, since: string, registry: ScheduleRegistry): Promise<Date> {
  const [newest] = await registry.listRuns(model, 1);
  return new Date(Date.parse(newest?.startedAt ?? since) + everyMs);
}
