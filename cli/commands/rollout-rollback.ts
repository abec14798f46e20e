import { orderCommand } from '../rollout-orders.ts';

export const rolloutRollback = orderCommand({
  verb: 'rollback',
  summary: 'Give the traffic of a rollout under way back at once',
  details: 'A rollout that has come through is taken back with: millrace rollback <model> --reason <reason>',
});
