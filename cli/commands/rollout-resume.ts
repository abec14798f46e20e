import { orderCommand } from '../rollout-orders.ts';

export const rolloutResume = orderCommand({
  verb: 'resume',
  summary: 'Have a rollout that was held go on',
});
