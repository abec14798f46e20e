import * as z from 'zod';

export const EndpointCondition = z.enum([
  'healthy',
  'starting',
  'stuck',
  'changing',
  'going',
  'missing',
  'failed',
  'out-of-service',
  'other-configuration',
  'mixed-fleet',
]);
export type EndpointCondition = z.infer<typeof EndpointCondition>;

/** What SageMaker says of an endpoint. */
export interface LiveEndpoint {
  /** API spelling: Creating, InService, Failed, UpdateRollbackFailed ... */
  readonly status: string;
  /** SageMaker can fall back to an older configuration and still say InService. */
  readonly configName: string;
  readonly failureReason?: string;
  readonly createdAt?: Date;
}

export interface EndpointJudgement {
  readonly condition: EndpointCondition;
  /** Whether a request sent there is answered, and by the model that is registered. */
  readonly serves: boolean;
  /** `wait`: SageMaker takes no call for it before its state changes. */
  readonly action: 'none' | 'wait' | 'repair';
  /** What is wrong, for people; absent while nothing is. */
  readonly reason?: string;
}

/** Creation takes minutes; an endpoint can sit in it for more than an hour, and cannot be deleted meanwhile. */
export const STUCK_AFTER_MS = 60 * 60_000;

const ACTS: Record<EndpointCondition, Pick<EndpointJudgement, 'serves' | 'action'>> = {
  healthy: { serves: true, action: 'none' },
  // joined, and verified before anything is sent there
  starting: { serves: false, action: 'repair' },
  stuck: { serves: false, action: 'repair' },
  // in place and by somebody else: the old fleet answers until the new one does
  changing: { serves: true, action: 'wait' },
  going: { serves: false, action: 'wait' },
  missing: { serves: false, action: 'repair' },
  failed: { serves: false, action: 'repair' },
  'out-of-service': { serves: false, action: 'repair' },
  // these answer, but with what nobody verified
  'other-configuration': { serves: false, action: 'repair' },
  'mixed-fleet': { serves: false, action: 'repair' },
};

const CONDITIONS: Readonly<Record<string, EndpointCondition>> = {
  InService: 'healthy',
  Creating: 'starting',
  Updating: 'changing',
  SystemUpdating: 'changing',
  RollingBack: 'changing',
  Deleting: 'going',
  Failed: 'failed',
  OutOfService: 'out-of-service',
  UpdateRollbackFailed: 'mixed-fleet',
};

/** Compares the endpoint of a version, named like its only configuration, with how SageMaker has it. */
export function judgeEndpoint(name: string, live: LiveEndpoint | undefined, now: Date): EndpointJudgement {
  const condition = conditionOf(name, live, now);
  const reason = reasonOf(name, condition, live);
  return { condition, ...ACTS[condition], ...(reason === undefined ? {} : { reason }) };
}

function conditionOf(name: string, live: LiveEndpoint | undefined, now: Date): EndpointCondition {
  if (!live) return 'missing';
  // a status that SageMaker adds later is no reason to move traffic or to delete anything
  const condition = CONDITIONS[live.status] ?? 'changing';
  if (condition === 'healthy' && live.configName !== name) return 'other-configuration';
  if (condition !== 'starting' || !live.createdAt) return condition;
  return now.getTime() - live.createdAt.getTime() >= STUCK_AFTER_MS ? 'stuck' : 'starting';
}

function reasonOf(name: string, condition: EndpointCondition, live: LiveEndpoint | undefined): string | undefined {
  switch (condition) {
    case 'healthy':
    case 'starting':
    case 'changing':
      return undefined;
    case 'missing':
      return `endpoint ${name} does not exist`;
    case 'other-configuration':
      return `endpoint ${name} serves the configuration ${live?.configName}`;
    default:
      return `endpoint ${name} is ${live?.status}${live?.failureReason ? `: ${live.failureReason}` : ''}`;
  }
}
