import { expect, it } from 'vitest';
import { type JobDescription, jobState } from '../../../domain/training/job-state.ts';

type Kind = Parameters<typeof jobState>[0]['kind'];
const cases: { kind: Kind; seen: JobDescription | undefined; result: string }[] = [
  { kind: 'training', seen: { status: 'InProgress' }, result: 'open' },
  { kind: 'training', seen: { status: 'Stopping' }, result: 'open' },
  { kind: 'training', seen: { status: 'Completed' }, result: 'succeeded' },
  { kind: 'training', seen: { status: 'Failed', failureReason: 'UserError: x' }, result: 'TrainingJobFailedError' },
  { kind: 'training', seen: { status: 'Stopped' }, result: 'TrainingJobStoppedError' },
  {
    kind: 'training',
    seen: { status: 'Stopped', secondaryStatus: 'MaxRuntimeExceeded', modelDataUrl: 's3://m' },
    result: 'TrainingJobStoppedError',
  },
  {
    kind: 'training',
    seen: { status: 'Stopped', secondaryStatus: 'MaxWaitTimeExceeded' },
    result: 'SpotCapacityError',
  },
  {
    kind: 'training',
    seen: { status: 'Failed', failureReason: 'CapacityError: InsufficientInstanceCapacity' },
    result: 'SpotCapacityError',
  },
  {
    kind: 'tuning',
    seen: { status: 'Failed', failureReason: 'ResourceLimitExceeded: the account-level service limit is 0' },
    result: 'QuotaExceededError',
  },
  { kind: 'training', seen: undefined, result: 'JobLostError' },
  { kind: 'endpoint', seen: { status: 'Creating' }, result: 'open' },
  { kind: 'endpoint', seen: { status: 'InService', endpointConfigName: 'name' }, result: 'succeeded' },
  {
    kind: 'endpoint',
    seen: { status: 'InService', endpointConfigName: 'older' },
    result: 'EndpointCreationFailedError',
  },
  { kind: 'endpoint', seen: { status: 'Failed', failureReason: 'ping' }, result: 'EndpointCreationFailedError' },
  { kind: 'endpoint', seen: { status: 'UpdateRollbackFailed' }, result: 'EndpointCreationFailedError' },
];
for (const { kind, seen, result } of cases) {
  it(`takes a ${kind} that is ${JSON.stringify(seen) ?? 'unknown'} as ${result}`, () => {
    const state = jobState({ name: 'name', kind }, seen);
    expect(state.state === 'failed' ? state.error.name : state.state).toBe(result);
  });
}
