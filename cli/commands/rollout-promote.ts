import { orderCommand } from '../rollout-orders.ts';

export const rolloutPromote = orderCommand({
  verb: 'promote',
  summary: 'Make the candidate of a rollout champion without what is left of judging',
});
