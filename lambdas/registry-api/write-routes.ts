import * as z from 'zod';
import { keepBatchSchedule } from '../../domain/batch/schedule.ts';
import { NotFoundError } from '../../domain/common-errors.ts';
import { checkSpec } from '../../domain/spec/check.ts';
import { compareWithSpecInForce } from '../../domain/spec/compatibility-in-force.ts';
import { keepSchedule } from '../../domain/training/schedule.ts';
import { json } from '../runtime/http.ts';
import { parseJson } from '../runtime/input.ts';
import { approveVersion } from './approve-version.ts';
import { parseBody, refusedSpec } from './problems.ts';
import { numberOf } from './read-routes.ts';
import { rollBack } from './roll-back.ts';
import type { Route } from './router.ts';

const Reason = z.string().trim().min(1).max(1_000);
export const ReasonBody = z.strictObject({ reason: Reason });
const ApprovalBody = z.strictObject({ approved: z.boolean(), reason: Reason });
const RolloutBody = z.strictObject({ version: z.number().int().min(1) });

const post = (path: string, handle: Route['handle'], modelInBody?: true): Route => ({
  method: 'POST',
  path,
  handle,
  ...(modelInBody && { modelInBody }),
});

export const writeRoutes: readonly Route[] = [
  post(
    'specs',
    async ({ body, by, allow, deps: { registry, publisher, now } }) => {
      const checked = checkSpec(parseJson(body ?? '', 'the body'));
      if ('problems' in checked) return refusedSpec(checked.problems);
      const { name: model } = checked.spec;
      allow(model);
      const at = now();
      const compatibility = await compareWithSpecInForce(registry, checked.spec);
      const { version, created } = await registry.applySpec(checked.spec, { by, at });
      await keepSchedule(model, registry, at);
      await keepBatchSchedule(model, registry, at);
      // also for a spec that was there: the first call may have died before it could say so
      await publisher.publish('SpecApplied', {
        model,
        at: at.toISOString(),
        specVersion: version,
        ...(compatibility && { compatible: compatibility.compatible }),
      });
      return json(created ? 201 : 200, { model, version, created, ...(compatibility && { compatibility }) });
    },
    true,
  ),

  post('models/:model/runs', async ({ params: { model = '' }, body, by, deps: { registry, publisher, now } }) => {
    const { reason } = parseBody(ReasonBody, body);
    if (!(await registry.findModel(model))) throw new NotFoundError(`model ${model}`);
    await publisher.publish('TrainingRequested', { model, at: now().toISOString(), by, reason });
    return json(202, { model, requested: true });
  }),

  post('models/:model/versions/:id/approval', async ({ params: { model = '', id = '' }, body, by, deps }) => {
    const { approved, reason } = parseBody(ApprovalBody, body);
    const version = numberOf(model, 'version', id);
    const answered = await approveVersion({ model, version, approved, reason, by }, deps);
    const { approvalStatus } = answered.version;
    return json(200, { model, version, approvalStatus, resumed: answered.resumed });
  }),

  post('models/:model/rollouts', async ({ params: { model = '' }, body, by, deps }) => {
    const { version } = parseBody(RolloutBody, body);
    await deps.registry.requireVersion(model, version);
    return json(202, { model, version, ...(await deps.startRollout({ model, version, by })) });
  }),

  post('models/:model/rollback', async ({ params: { model = '' }, body, by, deps }) => {
    const { reason } = parseBody(ReasonBody, body);
    return json(200, await rollBack({ model, reason, by }, deps));
  }),
];
