import * as z from 'zod';
import { Instant } from '../../domain/registry/entities.ts';

/** What tick-monitors sends: monitor these windows of `model`, oldest first, as of `at`. */
export const MonitorMessage = z.object({
  model: z.string(),
  windows: z.array(z.object({ start: Instant, end: Instant })).min(1),
  at: Instant,
});
export type MonitorMessage = z.infer<typeof MonitorMessage>;
