import * as z from 'zod';
import { EVENTS } from '../../domain/events/catalog.ts';
import { parseInput } from '../runtime/input.ts';
import { type TickDeps, tickMonitors } from './tick-monitors.ts';

const TickEvent = z.discriminatedUnion('detail-type', [
  z.object({
    'detail-type': z.literal('MonitoringTickRequested'),
    detail: EVENTS.MonitoringTickRequested.detail,
  }),
  /** The hourly schedule. */
  z.object({ 'detail-type': z.literal('Scheduled Event'), time: z.iso.datetime() }),
]);

export const makeHandler = (deps: TickDeps) => async (event: unknown) => {
  const tick = parseInput(TickEvent, event);
  if (!('detail' in tick)) return tickMonitors({ at: new Date(tick.time) }, deps);
  const { at, model } = tick.detail;
  return tickMonitors({ at: new Date(at), ...(model === '*' ? {} : { model }) }, deps);
};
