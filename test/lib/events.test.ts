import { describe, expect, it } from 'vitest';
import { EVENTS, type EventName } from '../../domain/events/catalog.ts';
import { anObjectCreated, otherEvents, sageMakerEvents } from '../fixtures/aws-events.ts';
import { matches } from '../fixtures/event-pattern.ts';
import { aTemplate, resourcesOf } from './platform.ts';

const template = aTemplate();
const rules = resourcesOf(template, 'AWS::Events::Rule');

/** A rule by its construct's name, with references to buckets replaced by their logical ids. */
function patternOf(name: string): unknown {
  const found = rules.filter(([id]) => id.includes(name));
  expect(found.map(([id]) => id)).toHaveLength(1);
  return JSON.parse(JSON.stringify(found[0]?.[1].Properties.EventPattern), (_, value) => value?.Ref ?? value);
}

const LANDING = 'MillraceDataLandingBucketCFE6584A';
const CAPTURE = 'MillraceCaptureCapturedBucket5B192161';
const millraceEvent = (name: EventName) => ({ source: EVENTS[name].source, 'detail-type': name, detail: {} });

describe('an upload', () => {
  const dataKeys = [
    'flights/2026-11-01.csv',
    'flights/with space + plus.csv',
    'flights/100%25 sure.parquet',
    'flights/ü/größe.csv',
    'specsheet/a.csv',
    'special/spec-problems/a.csv',
    'no-folder.csv',
  ];
  for (const key of dataKeys) {
    it(`under "${key}" is data, and no spec`, () => {
      expect(matches(patternOf('DataUploaded'), anObjectCreated(LANDING, key))).toBe(true);
      expect(matches(patternOf('SpecUploaded'), anObjectCreated(LANDING, key))).toBe(false);
    });
  }
  it('under specs/ is a spec, and no data', () => {
    const event = anObjectCreated(LANDING, 'specs/flights.yaml');
    expect(matches(patternOf('SpecUploaded'), event)).toBe(true);
    expect(matches(patternOf('DataUploaded'), event)).toBe(false);
  });
  it('of a report about a spec wakes nobody, so that nothing loops', () => {
    const event = anObjectCreated(LANDING, 'spec-problems/flights.yaml.json');
    for (const [id, rule] of rules) {
      if (rule.Properties.EventPattern) expect(matches(patternOf(id), event), id).toBe(false);
    }
  });
  it('of rows to score wakes nobody', () => {
    const event = anObjectCreated(LANDING, 'batch-inputs/churn/rows.csv');
    for (const [id, rule] of rules) {
      if (rule.Properties.EventPattern) expect(matches(patternOf(id), event), id).toBe(false);
    }
  });
  it('into another bucket of the account wakes nobody', () => {
    for (const name of ['DataUploaded', 'SpecUploaded', 'RawCaptureWritten']) {
      expect(matches(patternOf(name), anObjectCreated('somebody-elses', 'raw/specs/a.csv'))).toBe(false);
    }
  });
});

describe('captured predictions', () => {
  for (const [key, woken] of [
    ['raw/2026/11/23/16/stream-1-2026', true],
    ['windows/flights/2026-11-16/ab.jsonl', false],
    ['errors/processing-failed/2026', false],
  ] as const) {
    it(`under ${key} ${woken ? 'are' : 'are not'} sorted into windows`, () => {
      expect(matches(patternOf('RawCaptureWritten'), anObjectCreated(CAPTURE, key))).toBe(woken);
    });
  }
});

describe('a state change in SageMaker', () => {
  for (const event of sageMakerEvents) {
    it(`(${event['detail-type']}) wakes resume-job`, () => {
      expect(matches(patternOf('StateChanged'), event)).toBe(true);
    });
  }
  for (const [status, woken] of [
    ['CREATING', false],
    ['UPDATING', false],
    ['IN_SERVICE', true],
    ['FAILED', true],
    ['OUT_OF_SERVICE', true],
    ['UPDATE_ROLLBACK_FAILED', true],
    ['DELETING', true],
  ] as const) {
    it(`of an endpoint to ${status} ${woken ? 'has' : 'has not'} the registry compared with it`, () => {
      const event = {
        source: 'aws.sagemaker',
        'detail-type': 'SageMaker Endpoint State Change',
        detail: { EndpointName: 'churn-v1-aaaaaaaa', EndpointStatus: status },
      };
      expect(matches(patternOf('EndpointChanged'), event)).toBe(woken);
    });
  }
  it('of a kind nobody waits for wakes nobody', () => {
    for (const event of otherEvents) expect(matches(patternOf('StateChanged'), event)).toBe(false);
  });
});

describe('the end of an execution', () => {
  const ended = (status: string, machine: string) => ({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: { executionArn: 'arn', stateMachineArn: machine, name: 'flights-0f', status },
  });
  const pattern = patternOf('ExecutionEnded') as { detail: { stateMachineArn: string[] } };
  const [pipeline = ''] = pattern.detail.stateMachineArn;

  for (const [status, woken] of [
    ['ABORTED', true],
    ['TIMED_OUT', true],
    ['FAILED', true],
    ['SUCCEEDED', false],
    ['RUNNING', false],
  ] as const) {
    it(`as ${status} ${woken ? 'is reconciled with' : 'says nothing new about'} the run's record`, () => {
      expect(matches(pattern, ended(status, pipeline))).toBe(woken);
    });
  }

  const sets = patternOf('SetFailed') as { detail: { stateMachineArn: string[] } };
  const [validation = ''] = sets.detail.stateMachineArn;
  for (const [status, woken] of [
    ['ABORTED', false],
    ['TIMED_OUT', true],
    ['FAILED', true],
    ['SUCCEEDED', false],
  ] as const) {
    it(`as ${status} ${woken ? 'may start' : 'does not start'} another validation of the same set`, () => {
      expect(matches(sets, ended(status, validation))).toBe(woken);
      expect(matches(sets, ended(status, pipeline))).toBe(false);
      expect(matches(pattern, ended(status, validation))).toBe(false);
    });
  }

  it('of somebody else’s machine is nobody’s business', () => {
    expect(matches(pattern, ended('ABORTED', 'arn:aws:states:us-east-1:111122223333:stateMachine:theirs'))).toBe(false);
  });
});

describe("an event of Millrace's own", () => {
  const REASONS_TO_TRAIN = [
    'DatasetAccepted',
    'MonitorAlarmRaised',
    'RetrainingDue',
    'TrainingRequested',
    'TrainingRunFinished',
  ];
  for (const name of Object.keys(EVENTS) as EventName[]) {
    const trains = REASONS_TO_TRAIN.includes(name);
    it(`(${name}) ${trains ? 'may start' : 'does not start'} a run`, () => {
      expect(matches(patternOf('ReasonToTrain'), millraceEvent(name))).toBe(trains);
    });
    it(`(${name}) ${name === 'MonitoringTickRequested' ? 'makes' : 'does not make'} the monitors tick`, () => {
      expect(matches(patternOf('TickRequested'), millraceEvent(name))).toBe(name === 'MonitoringTickRequested');
    });
  }
  for (const name of Object.keys(EVENTS) as EventName[]) {
    it(`(${name}) ${name === 'MonitorAlarmRaised' ? 'reaches' : 'does not reach'} people`, () => {
      expect(matches(patternOf('ModelAlarms'), millraceEvent(name))).toBe(name === 'MonitorAlarmRaised');
    });
  }
  for (const name of Object.keys(EVENTS) as EventName[]) {
    it(`(${name}) ${name === 'BatchFailed' ? 'tells' : 'does not tell'} people of a failed batch`, () => {
      expect(matches(patternOf('FailedBatches'), millraceEvent(name))).toBe(name === 'BatchFailed');
    });
  }
  for (const name of Object.keys(EVENTS) as EventName[]) {
    it(`(${name}) ${name === 'EndpointDrifted' ? 'tells' : 'does not tell'} people of an endpoint`, () => {
      expect(matches(patternOf('EndpointAlarms'), millraceEvent(name))).toBe(name === 'EndpointDrifted');
    });
  }
  const REJUDGED = ['DatasetReleaseRequested', 'DatasetReplayRequested'];
  for (const name of Object.keys(EVENTS) as EventName[]) {
    const rejudges = REJUDGED.includes(name);
    it(`(${name}) ${rejudges ? 'has' : 'has not'} a data set judged again`, () => {
      expect(matches(patternOf('RejudgingRequested'), millraceEvent(name))).toBe(rejudges);
    });
  }
  it('is heard on the own bus only', () => {
    for (const name of ['ReasonToTrain', 'TickRequested', 'RejudgingRequested', 'ModelAlarms', 'EndpointAlarms']) {
      const [, rule] = rules.find(([id]) => id.includes(name)) ?? [];
      expect(rule?.Properties.EventBusName).toEqual({ Ref: 'MillraceRegistryEventsDBFC49F3' });
    }
  });
});

describe('a rule', () => {
  it('keeps what its target does not take', () => {
    for (const [id, rule] of rules) {
      expect(rule.Properties.Targets, id).toHaveLength(1);
      expect(rule.Properties.Targets[0].DeadLetterConfig?.Arn, id).toBeDefined();
    }
  });
  it('on a schedule looks after lost events every few minutes, for closed windows every hour and for orphans every six', () => {
    const schedules = rules.map(([, { Properties }]) => Properties.ScheduleExpression).filter(Boolean);
    expect(schedules.sort()).toEqual([
      'rate(1 hour)',
      'rate(10 minutes)',
      'rate(10 minutes)',
      'rate(15 minutes)',
      'rate(15 minutes)',
      'rate(5 minutes)',
      'rate(6 hours)',
    ]);
  });
  it('is never one per model: there are twenty', () => {
    expect(rules).toHaveLength(20);
  });
});
