import { describe, expect, it } from 'vitest';
import { judgeEndpoint, type LiveEndpoint, STUCK_AFTER_MS } from '../../../domain/endpoints/judge-endpoint.ts';

const NAME = 'churn-v1-bbbbbbbb';
const now = new Date('2026-03-02T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const live = (status: string, more: Partial<LiveEndpoint> = {}): LiveEndpoint => ({
  status,
  configName: NAME,
  createdAt: ago(STUCK_AFTER_MS - 1),
  ...more,
});

describe('an endpoint that the registry needs', () => {
  const cases: [string, LiveEndpoint | undefined, string, boolean, string][] = [
    ['is not there', undefined, 'missing', false, 'repair'],
    ['serves', live('InService'), 'healthy', true, 'none'],
    ['fell back silently', live('InService', { configName: 'older' }), 'other-configuration', false, 'repair'],
    ['is being created', live('Creating'), 'starting', false, 'repair'],
    ['hangs in creation', live('Creating', { createdAt: ago(STUCK_AFTER_MS) }), 'stuck', false, 'repair'],
    ['failed', live('Failed', { failureReason: 'no image' }), 'failed', false, 'repair'],
    ['is out of service', live('OutOfService'), 'out-of-service', false, 'repair'],
    ['could not be rolled back', live('UpdateRollbackFailed'), 'mixed-fleet', false, 'repair'],
    ['is being deleted', live('Deleting'), 'going', false, 'wait'],
    ['is being updated by somebody', live('Updating'), 'changing', true, 'wait'],
    ['is being updated by SageMaker', live('SystemUpdating'), 'changing', true, 'wait'],
    ['is being rolled back', live('RollingBack'), 'changing', true, 'wait'],
    ['is in a state of the future', live('Hibernating'), 'changing', true, 'wait'],
  ];
  for (const [what, seen, condition, serves, action] of cases) {
    it(`and ${what}: ${condition}, ${serves ? 'serves' : 'does not serve'}, ${action}`, () => {
      expect(judgeEndpoint(NAME, seen, now)).toMatchObject({ condition, serves, action });
    });
  }

  it('says what is wrong, with SageMaker’s reason, and nothing when nothing is', () => {
    expect(judgeEndpoint(NAME, live('Failed', { failureReason: 'no image' }), now).reason).toBe(
      `endpoint ${NAME} is Failed: no image`,
    );
    expect(judgeEndpoint(NAME, live('InService', { configName: 'older' }), now).reason).toBe(
      `endpoint ${NAME} serves the configuration older`,
    );
    expect(judgeEndpoint(NAME, undefined, now).reason).toBe(`endpoint ${NAME} does not exist`);
    expect(judgeEndpoint(NAME, live('InService'), now).reason).toBeUndefined();
  });
});
