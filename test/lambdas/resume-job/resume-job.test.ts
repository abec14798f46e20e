import { beforeEach, describe, expect, it } from 'vitest';
import type { JobDescription } from '../../../domain/training/job-state.ts';
import { makeHandler } from '../../../lambdas/resume-job/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { aBatch } from '../../fixtures/registry.ts';

const change = { by: 'test', at: new Date(AT) };
const RUN = 'churn-0123456789ab';
const JOB = `${RUN}-t1`;
const event = { source: 'aws.sagemaker', detail: { TrainingJobName: JOB, TrainingJobStatus: 'Completed' } };
const tick = { source: 'aws.events', detail: {} };

async function setUp() {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), change);
  await registry.createRun(aRun(), change);
  const parked = {
    name: JOB,
    kind: 'training',
    taskToken: 'token',
    model: 'churn',
    ownerId: RUN,
    parkedAt: AT,
    dueAt: AT,
  } as const;
  await registry.park(parked);
  const answers: string[] = [];
  const world = {
    registry,
    answers,
    parked,
    seen: { status: 'Completed', modelDataUrl: 's3://lake/model.tar.gz' } as JobDescription | undefined,
    now: new Date(AT),
  };
  const handle = makeHandler({
    registry,
    sagemaker: { describe: async () => world.seen },
    tasks: {
      succeed: async (token) => Boolean(answers.push(`${token} succeeded`)),
      fail: async (token, error) => Boolean(answers.push(`${token} ${error.name}`)),
    },
    now: () => world.now,
  });
  return {
    ...world,
    handle,
    see: (seen: JobDescription | undefined) => {
      world.seen = seen;
    },
    at: (now: Date) => {
      world.now = now;
    },
  };
}

describe('resume-job', () => {
  let world: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => {
    world = await setUp();
  });

  it('resumes the execution once, however often the event comes', async () => {
    await world.handle(event);
    await world.handle(event);
    expect(world.answers).toEqual(['token succeeded']);
  });

  it('believes SageMaker and not the event', async () => {
    world.see({ status: 'InProgress' });
    await world.handle(event);
    expect(world.answers).toEqual([]);
  });

  it('writes the job and its failure into the run', async () => {
    world.see({ status: 'Failed', failureReason: 'UserError: no label' });
    await world.handle(event);
    expect(world.answers).toEqual(['token TrainingJobFailedError']);
    const { jobs } = await world.registry.requireRun('churn', RUN);
    expect(jobs).toMatchObject([{ name: JOB, status: 'Failed', failureReason: expect.stringContaining('no label') }]);
  });

  it('resumes the rollout whose holdout was scored, and leaves the run that trained the version as it was', async () => {
    const name = 'churn-v1-r1-p1';
    const parked = { name, kind: 'parity', taskToken: 'rollout', ownerId: 'churn-v1-r1' } as const;
    await world.registry.park({ ...world.parked, ...parked });
    world.see({ status: 'Completed', outputUrl: 's3://lake/out' });
    await world.handle({ source: 'aws.sagemaker', detail: { TransformJobName: name } });
    expect(world.answers).toEqual(['rollout succeeded']);
    expect((await world.registry.requireRun('churn', RUN)).jobs).toEqual([]);
  });

  it('finds a job whose event was lost on the next tick', async () => {
    await world.handle(tick);
    expect(world.answers).toEqual(['token succeeded']);
  });

  it('looks again later while a job goes on', async () => {
    world.see({ status: 'InProgress' });
    await world.handle(tick);
    world.see({ status: 'Completed' });
    await world.handle(tick);
    expect(world.answers).toEqual([]);
    world.at(new Date(Date.parse(AT) + 5 * 60_000));
    await world.handle(tick);
    expect(world.answers).toEqual(['token succeeded']);
  });

  it('fails the wait for a job that SageMaker does not know', async () => {
    world.see(undefined);
    world.at(new Date(Date.parse(AT) + 2 * 60_000));
    await world.handle(tick);
    expect(world.answers).toEqual(['token JobLostError']);
  });

  it('does not give up a job that was just created and cannot be read yet', async () => {
    world.see(undefined);
    await world.handle(event);
    expect(world.answers).toEqual([]);
    world.see({ status: 'Completed' });
    await world.handle(event);
    expect(world.answers).toEqual(['token succeeded']);
  });

  it('looks at the others when one cannot be looked at', async () => {
    const dueAt = new Date(Date.parse(AT) - 1).toISOString();
    await world.registry.park({ ...world.parked, name: 'gone-t1', ownerId: 'gone', dueAt });
    await expect(world.handle(tick)).rejects.toThrow('1 of 2 failed');
    expect(world.answers).toEqual(['token succeeded']);
  });

  it('leaves schedules to whoever keeps them', async () => {
    await world.registry.unpark(JOB);
    const schedule = { name: 'schedule/churn', kind: 'schedule', model: 'churn', ownerId: 'churn' } as const;
    await world.registry.park({ ...schedule, parkedAt: AT, dueAt: AT });
    await world.handle(tick);
    expect(world.answers).toEqual([]);
    expect(await world.registry.listParkedDue(new Date(AT))).toHaveLength(1);
  });

  it('ignores jobs that are not ours', async () => {
    await world.handle({ source: 'aws.sagemaker', detail: { TrainingJobName: 'somebody-elses' } });
    expect(world.answers).toEqual([]);
  });

  it('denies an approval once its time is up, and not before', async () => {
    const dueAt = new Date(Date.parse(AT) + 60_000).toISOString();
    const { version: _, ...version } = aModelVersion({ approvalStatus: 'PendingManualApproval' });
    await world.registry.registerVersion(version, change);
    await world.registry.unpark(JOB);
    await world.registry.park({ ...world.parked, name: 'approval/churn/1', kind: 'approval', dueAt });
    await world.handle(tick);
    expect(world.answers).toEqual([]);
    world.at(new Date(dueAt));
    await world.handle(tick);
    await world.handle(tick);
    expect(world.answers).toEqual(['token ApprovalDeniedError']);
  });

  it('goes on with a version that was approved, should the answer have been lost', async () => {
    const { version: _, ...version } = aModelVersion({ approvalStatus: 'Approved' });
    await world.registry.registerVersion(version, change);
    await world.registry.unpark(JOB);
    await world.registry.park({ ...world.parked, name: 'approval/churn/1', kind: 'approval' });
    await world.handle(tick);
    expect(world.answers).toEqual(['token succeeded']);
  });

  describe('of a batch', () => {
    const { batchId } = aBatch();
    const name = `${batchId}-x1`;
    const ended = { source: 'aws.sagemaker', detail: { TransformJobName: name } };
    beforeEach(async () => {
      await world.registry.createBatch(aBatch(), change);
      const endsAt = '2026-03-02T01:00:00.000Z';
      await world.registry.park({ ...world.parked, name, kind: 'batch-transform', ownerId: batchId, endsAt });
    });

    it('hands on what the transform job wrote and how long it worked', async () => {
      world.see({ status: 'Completed', outputUrl: 's3://lake/out', instanceSeconds: 90 });
      await world.handle(ended);
      expect(world.answers).toEqual(['token succeeded']);
      expect((await world.registry.requireBatch('churn', batchId)).jobs).toMatchObject([
        { name, kind: 'batch-transform', status: 'Completed', endedAt: expect.any(String) },
      ]);
    });

    it('gives up a job that takes longer than it may, and only then', async () => {
      world.see({ status: 'InProgress' });
      world.at(new Date('2026-03-02T00:59:59.999Z'));
      await world.handle(ended);
      expect(world.answers).toEqual([]);
      world.at(new Date('2026-03-02T01:00:00.000Z'));
      await world.handle(ended);
      expect(world.answers).toEqual(['token JobOvertimeError']);
      expect(await world.registry.findParked(name)).toBeUndefined();
    });
  });
});
