import * as z from 'zod';
import { EVENTS, type EventName } from '../../domain/events/catalog.ts';
import { alarmKind, type Trigger } from '../../domain/training/reasons-to-train.ts';

/** What we send ourselves: look again at `model` once no newer data set than `dataset` has come. */
const DebounceMessage = z.object({ debounce: z.object({ model: z.string(), dataset: z.number().int() }) });

const busEvent = <N extends EventName>(name: N) =>
  z.object({
    'detail-type': z.literal(name),
    // indexing by a type parameter widens to the union of all details
    detail: EVENTS[name].detail as (typeof EVENTS)[N]['detail'],
  });

export const QueueMessage = z.union([
  DebounceMessage,
  z.discriminatedUnion('detail-type', [
    busEvent('DatasetAccepted'),
    busEvent('MonitorAlarmRaised'),
    busEvent('RetrainingDue'),
    busEvent('TrainingRequested'),
    busEvent('TrainingRunFinished'),
  ]),
]);
export type QueueMessage = z.infer<typeof QueueMessage>;

export interface Reason {
  readonly trigger: Trigger;
  /** Names the decision, so that a message which comes again makes none of its own. */
  readonly cause: string;
}

export function reasonOf(
  message: Exclude<QueueMessage, { debounce: unknown } | { 'detail-type': 'DatasetAccepted' }>,
): Reason {
  switch (message['detail-type']) {
    case 'MonitorAlarmRaised': {
      const { at, windowStart, version, revision, ...alarm } = message.detail;
      const trigger = { kind: alarmKind(alarm.monitors), at: new Date(at), alarm };
      return { trigger, cause: `alarm-${windowStart}-v${version}-r${revision}` };
    }
    case 'RetrainingDue':
      return { trigger: { kind: 'schedule' }, cause: `schedule-${message.detail.at}` };
    case 'TrainingRequested': {
      const { by, reason, at } = message.detail;
      return { trigger: { kind: 'manual', reason: `${by}: ${reason}` }, cause: `manual-${at}` };
    }
    case 'TrainingRunFinished':
      // data that came while the run was going had to wait for this
      return { trigger: { kind: 'new-data' }, cause: `after-${message.detail.runId}` };
  }
}
