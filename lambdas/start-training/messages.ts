import * as z from 'zod';
import { EVENTS, type EventName } from '../../domain/events/catalog.ts';

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
    busEvent('DriftDetected'),
    busEvent('TrainingRequested'),
    busEvent('TrainingRunFinished'),
  ]),
]);
export type QueueMessage = z.infer<typeof QueueMessage>;
