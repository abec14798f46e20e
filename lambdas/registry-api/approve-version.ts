import type { ModelVersion } from '../../domain/registry/entities.ts';
import { ApprovalDeniedError, InvalidTransitionError } from '../../domain/registry/errors.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { RegistryApiDeps } from './ports.ts';

export interface Approval {
  readonly model: string;
  readonly version: number;
  readonly approved: boolean;
  readonly reason: string;
  readonly by: string;
}

/**
 * A person's answer about a version that waits for it. The status is what counts: of two answers at the same time one
 * sets it, and only that one resumes the execution. Repeating an answer finishes what was left undone.
 *
 * @throws InvalidTransitionError when the version has been answered otherwise or never waited
 */
export async function approveVersion(
  { model, version, approved, reason, by }: Approval,
  { registry, gate, now }: Pick<RegistryApiDeps, 'registry' | 'gate' | 'now'>,
): Promise<{ version: ModelVersion; resumed: boolean }> {
  const change = { by, at: now() };
  const status = approved ? 'Approved' : 'Rejected';
  const name = `approval/${model}/${version}`;
  const decisionId = `approval-${model}-${version}`;
  const [{ approvalStatus: before }, parked] = await Promise.all([
    registry.requireVersion(model, version),
    registry.findParked(name),
  ]);
  if (before === status && !parked && !(await answeredBefore(registry, model, decisionId))) {
    throw new InvalidTransitionError(`${model}:${version}`, before, status);
  }
  const answered = await registry.setApproval(model, version, status, change, 'PendingManualApproval');
  await registry.recordDecision(
    {
      decisionId,
      model,
      kind: 'approval',
      outcome: approved ? 'approved' : 'denied',
      reasons: [reason],
      numbers: answered.metrics,
      runId: answered.runId,
      version,
      at: change.at.toISOString(),
    },
    change,
  );
  // an execution that began to wait meanwhile saw no answer yet
  const waiting = parked ?? (await registry.findParked(name));
  if (!waiting?.taskToken) return { version: answered, resumed: false };
  // told first and unparked after: a crash between the two repeats the call, which is harmless
  const resumed = approved
    ? await gate.succeed(waiting.taskToken, { approved: true })
    : await gate.fail(waiting.taskToken, new ApprovalDeniedError(model, version, by, reason));
  await registry.unpark(name);
  return { version: answered, resumed };
}

/** A version that needed no approval has its status without anybody's answer. */
async function answeredBefore(registry: Registry, model: string, decisionId: string): Promise<boolean> {
  const answers = await registry.listDecisions(model, 'approval');
  return answers.some((answer) => answer.decisionId === decisionId);
}
