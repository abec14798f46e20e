import type { Rollout } from '../../domain/registry/entities.ts';
import {
  type Order,
  pauseRollout,
  promoteRollout,
  resumeRollout,
  rollBackRollout,
} from '../../domain/rollout/control.ts';
import type { RolloutDeps } from '../../domain/rollout/rollout-record.ts';
import { rolloutStatus } from '../../domain/rollout/rollout-status.ts';
import { totalsByVersion } from '../../domain/rollout/step-counts.ts';
import { json } from '../runtime/http.ts';
import { parseBody } from './problems.ts';
import type { Route } from './router.ts';
import { ReasonBody } from './write-routes.ts';

const ORDERS: Readonly<Record<string, (order: Order, deps: RolloutDeps) => Promise<Rollout>>> = {
  promote: promoteRollout,
  rollback: rollBackRollout,
  pause: pauseRollout,
  resume: resumeRollout,
};

/** How a rollout stands, and what a person may do about it. */
export const rolloutRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'models/:model/rollouts/:id',
    handle: async ({ params: { model = '', id = '' }, deps }) => {
      const rollout = await deps.registry.requireRollout(model, id);
      const [status, requestCounts] = await Promise.all([
        rolloutStatus(rollout, deps),
        deps.registry.requestCounts(model, id),
      ]);
      return json(200, { ...status, requestCounts: totalsByVersion(requestCounts) });
    },
  },
  ...Object.entries(ORDERS).map(
    ([verb, obey]): Route => ({
      method: 'POST',
      path: `models/:model/rollouts/:id/${verb}`,
      handle: async ({ params: { model = '', id = '' }, body, by, deps }) => {
        const { reason } = parseBody(ReasonBody, body);
        const rollout = await obey({ model, rolloutId: id, by, reason }, deps);
        return json(200, await rolloutStatus(rollout, deps));
      },
    }),
  ),
];
