import * as z from 'zod';
import { Instant } from '../../domain/registry/entities.ts';

/** What tick-monitors sends: monitor `model` up to this window, as of `at`. */
export const MonitorMessage = z.object({
  model: z.string(),
  windowStart: Instant,
  windowEnd: Instant,
  at: Instant,
});
export type MonitorMessage = z.infer<typeof MonitorMessage>;
