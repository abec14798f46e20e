import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { MAX_PARTS } from '../../domain/datasets/set-contents.ts';
import { LEASE_MS } from '../../lambdas/plan-set/plan-set.ts';
import type { Machine, MapState, State, TaskState } from '../../lib/asl.ts';
import { batchScoringDefinition } from '../../lib/batch-scoring-definition.ts';
import { datasetValidationDefinition } from '../../lib/dataset-validation-definition.ts';
import { endpointRepairDefinition } from '../../lib/endpoint-repair-definition.ts';
import { rolloutDefinition } from '../../lib/rollout-definition.ts';
import { trainingPipelineDefinition } from '../../lib/training-pipeline-definition.ts';
import { aTemplate, resourcesOf } from './platform.ts';

const children = datasetValidationDefinition.States.ValidateParts as MapState;
const machines: readonly [string, Machine][] = [
  ['the validation of sets', datasetValidationDefinition],
  ['the validation of a part', children.ItemProcessor],
  ['the training pipeline', trainingPipelineDefinition],
  ['the rollout', rolloutDefinition],
  ['batch scoring', batchScoringDefinition],
  ['the repair of an endpoint', endpointRepairDefinition],
];

function next(state: State): string[] {
  if (state.Type === 'Task' || state.Type === 'Map') return [state.Next, ...state.Catch.map((catcher) => catcher.Next)];
  if (state.Type === 'Choice') return [state.Default, ...state.Choices.map((choice) => choice.Next)];
  return state.Type === 'Wait' ? [state.Next] : [];
}

function reachable({ StartAt, States }: Machine, from = StartAt): Set<string> {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const state = States[name];
    if (!state) throw new Error(`no state ${name}`);
    open.push(...next(state));
  }
  return seen;
}

const tasks = ({ States }: Machine): [string, TaskState][] =>
  Object.entries(States).filter((entry): entry is [string, TaskState] => entry[1].Type === 'Task');

const sources = execFileSync(
  'git',
  ['grep', '-h', '--untracked', "override readonly name = '", '--', 'domain', 'lambdas'],
  {
    cwd: new URL('../..', import.meta.url).pathname,
    encoding: 'utf8',
  },
);
const errorClasses = [...sources.matchAll(/override readonly name = '(\w+)'/g)].map(([, name]) => name);

for (const [machine, definition] of machines) {
  describe(machine, () => {
    it('has no state that cannot be reached, and none is missing', () => {
      expect([...reachable(definition)].sort()).toEqual(Object.keys(definition.States).sort());
    });

    it('can end from every state', () => {
      for (const name of Object.keys(definition.States)) {
        const ends = [...reachable(definition, name)].map((each) => definition.States[each]?.Type);
        expect(ends, name).toEqual(expect.arrayContaining([expect.stringMatching(/^(Succeed|Fail)$/)]));
      }
    });

    for (const [name, task] of tasks(definition)) {
      it(`${name} catches everything and ends in a visible failure`, () => {
        const last = task.Catch.at(-1);
        expect(last?.ErrorEquals).toEqual(['States.ALL']);
        const failing = [...reachable(definition, last?.Next)].map((each) => definition.States[each]?.Type);
        expect(failing).toContain('Fail');
      });

      it(`${name} retries what is transient with full jitter and a longest delay`, () => {
        expect(task.Retry.length).toBeGreaterThan(0);
        for (const retrier of task.Retry) {
          expect(retrier.JitterStrategy).toBe('FULL');
          expect(retrier.MaxDelaySeconds).toBeLessThanOrEqual(3_600);
        }
        expect(task.Retry[0]?.ErrorEquals).toEqual(
          expect.arrayContaining([
            'Lambda.ServiceException',
            'Lambda.TooManyRequestsException',
            'ConcurrentWriteError',
          ]),
        );
      });

      it(`${name} sends a token exactly when it waits for one`, () => {
        const token = JSON.stringify(task.Arguments).includes('$states.context.Task.Token');
        expect(task.Resource.includes('InvokeAndWait')).toBe(token);
      });
    }

    it('matches only error names that exist', () => {
      const ours = tasks(definition)
        .flatMap(([, task]) => [...task.Retry, ...task.Catch].flatMap(({ ErrorEquals }) => ErrorEquals))
        .filter((name) => !/^(States|Lambda)\./.test(name));
      for (const name of new Set(ours)) expect(errorClasses, name).toContain(name);
    });

    it('is small: a page of JSON', () => {
      expect(JSON.stringify(definition).length).toBeLessThan(24_000);
    });
  });
}

describe('the validation of sets', () => {
  const { Catch, ...map } = children;

  it('gives up if a part cannot be judged for a reason that is not its data, and lets go of the set', () => {
    expect(map.ToleratedFailurePercentage).toBe(0);
    expect(Catch).toEqual([expect.objectContaining({ ErrorEquals: ['States.ALL'], Next: 'Release' })]);
  });

  it('has children long enough for the largest part, which Express has not, and never too many of them', () => {
    expect(map.ItemProcessor.ProcessorConfig).toEqual({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
    expect(map.MaxConcurrency).toBe(40);
    expect(map.Label.length).toBeLessThanOrEqual(40);
  });

  it('lets parts wait hours for concurrency', () => {
    const [patient] = (map.ItemProcessor.States.ValidatePart as TaskState).Retry;
    const waits = Array.from({ length: patient?.MaxAttempts ?? 0 }, (_, n) => Math.min(2 * 2 ** n, 300) / 2);
    expect(waits.reduce((sum, seconds) => sum + seconds, 0)).toBeGreaterThan(2 * 3_600);
  });

  it('passes less than Step Functions takes, with as many parts as there may be', () => {
    const answers = Array.from({ length: MAX_PARTS }, (_, index) => ({ index }));
    expect(JSON.stringify(answers).length).toBeLessThan(262_144);
  });

  it('ends before a claim of it does', () => {
    expect(datasetValidationDefinition.TimeoutSeconds).toBeLessThan(LEASE_MS / 1_000);
  });
});

describe('the training pipeline', () => {
  const all = { ...trainingPipelineDefinition.States, ...rolloutDefinition.States };
  for (const name of ['TrainOnDemand', 'Transform', 'ScoreHoldout']) {
    it(`${name} waits for quota and capacity: there is nothing else to fall back to`, () => {
      const { Retry } = all[name] as TaskState;
      for (const error of ['QuotaExceededError', 'SpotCapacityError']) {
        const retrier = Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error));
        expect(retrier?.MaxDelaySeconds, error).toBe(3_600);
      }
    });
  }
});

describe('the rollout', () => {
  const states = rolloutDefinition.States;

  it('lets the router’s own scorer serve only after it was held against the training container', () => {
    const [lambda] = states.NeedsEndpoint?.Type === 'Choice' ? states.NeedsEndpoint.Choices : [];
    expect(lambda).toMatchObject({ Condition: expect.stringContaining("target = 'lambda'"), Next: 'ScoreHoldout' });
    expect(states.ScoreHoldout).toMatchObject({ Next: 'VerifyParity' });
    expect((states.ScoreHoldout as TaskState).Arguments.Payload).toMatchObject({ work: 'parity' });
    expect(states.VerifyParity).toMatchObject({ Next: 'Begin' });
    for (const name of ['ScoreHoldout', 'VerifyParity'])
      expect((states[name] as TaskState).Catch, name).toEqual([expect.objectContaining({ Next: 'RollBackFailure' })]);
  });
});

describe('batch scoring', () => {
  it('waits for quota and capacity', () => {
    const transform = batchScoringDefinition.States.Transform as TaskState;
    for (const error of ['QuotaExceededError', 'SpotCapacityError'])
      expect(
        transform.Retry.some(({ ErrorEquals }) => ErrorEquals.includes(error)),
        error,
      ).toBe(true);
  });
});

describe('a deployed state machine', () => {
  const deployed = resourcesOf(aTemplate(), 'AWS::StepFunctions::StateMachine');

  it('is given every name its definition uses, and no other', () => {
    expect(deployed).toHaveLength(5);
    for (const [, { Properties }] of deployed) {
      const used = [...String(Properties.DefinitionString).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(Properties.DefinitionSubstitutions).sort()).toEqual([...new Set(used)].sort());
    }
  });

  it('logs everything and is traced', () => {
    for (const [, { Properties }] of deployed) {
      expect(Properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: true });
      expect(Properties.TracingConfiguration).toEqual({ Enabled: true });
    }
  });
});
