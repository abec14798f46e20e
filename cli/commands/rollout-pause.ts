import { orderCommand } from '../rollout-orders.ts';

export const rolloutPause = orderCommand({
  verb: 'pause',
  summary: 'Hold the shares of a rollout where they are',
  details: 'Errors that chance does not explain still roll it back. Held for more than 30 days, it is rolled back.',
});
