import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAutomatic } from '../../../domain/training/reasons-to-train.ts';
import type { RetrainBudget } from '../../../domain/training/retrain-budget.ts';
import { QueueMessage } from '../../../lambdas/start-training/messages.ts';
import { type StartTrainingDeps, startTraining } from '../../../lambdas/start-training/start-training.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const HOUR = 3_600_000;
const change = { by: 'test', at: new Date(AT) };
/** What one run of the fixture's model may cost: an hour of ml.m5.large. */
const USD = 0.115;

function alarm(model: string, number: number) {
  const at = new Date(Date.parse(AT) + number * HOUR).toISOString();
  return QueueMessage.parse({
    'detail-type': 'MonitorAlarmRaised',
    detail: {
      schemaVersion: 1,
      model,
      at,
      version: 1,
      windowStart: at,
      windowEnd: at,
      revision: 1,
      decisionId: `monitor-${number}`,
      monitors: ['feature-drift'],
      features: ['age'],
      severity: 1,
      reasons: [],
    },
  });
}

/** Models with data that was never trained on, and start-training around them. */
async function platform(models: number, budget: RetrainBudget) {
  const registry = memoryRegistry();
  const names = Array.from({ length: models }, (_, number) => `model-${number}`);
  for (const name of names) {
    await registry.applySpec(
      aModelSpec({ name, monitoring: { retrain: { cooldown: '1s', maxRunsPerDay: 9, maxRunsPerMonth: 9 } } }),
      change,
    );
    const { version: _, ...dataset } = aDataset({ model: name });
    await registry.registerDataset(dataset, change);
  }
  const queue: QueueMessage[] = [];
  const clock = { now: Date.parse(AT) };
  const startedOn = new Map<string, number>();
  const deps: StartTrainingDeps = {
    registry,
    publisher: { publish: async () => {} },
    pipeline: {
      start: async (name: string) => {
        const day = new Date(clock.now).toISOString().slice(0, 10);
        startedOn.set(day, (startedOn.get(day) ?? 0) + 1);
        return `arn:${name}`;
      },
    },
    delay: async (message) => void queue.push(message),
    budget,
    now: () => new Date(clock.now),
  };
  const outcome = async () => ({
    startedOn,
    decisions: await Promise.all(names.map((name) => registry.listDecisions(name, 'retrain'))),
    runs: (await Promise.all(names.map((name) => registry.listRuns(name)))).flat(),
  });
  return { registry, names, queue, clock, deps, outcome };
}

/** Takes messages as a queue with five workers would, in three days, some of them twice. */
async function storm(models: number, alarms: number, budget: RetrainBudget, order: () => number) {
  const { names, queue, clock, deps, outcome } = await platform(models, budget);
  const once = names.flatMap((name) => Array.from({ length: alarms }, (_, number) => alarm(name, number)));
  const shuffled = [...once, ...once.filter(() => order() < 0.3)]
    .map((message) => ({ message, rank: order() }))
    .sort((a, b) => a.rank - b.rank);
  queue.push(...shuffled.map(({ message }) => message));
  for (let taken = 0; queue.length > 0; taken += 5) {
    clock.now = Math.max(clock.now, Date.parse(AT) + Math.floor((taken / shuffled.length) * 72) * HOUR);
    await Promise.all(queue.splice(0, 5).map((message) => startTraining(message, deps)));
  }
  return outcome();
}

it('a storm of alarms about 1,000 models stays inside the budget, and every alarm is answered', async () => {
  const budget = { runsPerDay: 40, usdPerDay: 100, usdPerMonth: 1_000 };
  let seed = 7;
  // the minimal standard generator of Park and Miller
  const order = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const { startedOn, decisions, runs } = await storm(1_000, 2, budget, order);
  expect([...startedOn.values()]).toEqual([40, 40, 40]);
  expect(runs).toHaveLength(120);
  for (const made of decisions) expect(made).toHaveLength(2);
  const held = decisions.flat().filter(({ outcome }) => outcome === 'skip');
  expect(held).toHaveLength(2_000 - 120);
  const figures = held.filter(({ reasons }) => reasons.join().includes("the platform's budget"));
  expect(figures.length).toBeGreaterThan(1_700);
  for (const { reasons } of figures) expect(reasons).toEqual([expect.stringContaining('40 of 40 runs')]);
});

it('no storm passes a budget in runs or in dollars, whatever the order and however often a message comes', async () => {
  const Budget = fc.record({
    runsPerDay: fc.integer({ min: 0, max: 12 }),
    usdPerDay: fc.integer({ min: 0, max: 12 }).map((runs) => runs * USD),
    usdPerMonth: fc.integer({ min: 0, max: 30 }).map((runs) => runs * USD + 0.01),
  });
  const property = fc.asyncProperty(
    Budget,
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 60 }),
    async (budget, ranks) => {
      let next = 0;
      const { startedOn, decisions, runs } = await storm(20, 3, budget, () => ranks[next++ % ranks.length] ?? 0);
      for (const started of startedOn.values()) {
        expect(started).toBeLessThanOrEqual(budget.runsPerDay);
        expect(started * USD).toBeLessThanOrEqual(budget.usdPerDay + 1e-9);
      }
      expect(runs.length * USD).toBeLessThanOrEqual(budget.usdPerMonth);
      expect(runs.every(({ trigger }) => isAutomatic(trigger))).toBe(true);
      for (const made of decisions) expect(made).toHaveLength(3);
      expect(decisions.flat().filter(({ outcome }) => outcome === 'start')).toHaveLength(runs.length);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});

it('what is delivered again changes nothing, whatever has happened since', async () => {
  const Step = fc.record({
    model: fc.nat({ max: 1 }),
    number: fc.nat({ max: 5 }),
    kind: fc.constantFrom('alarm', 'again', 'failed', 'registered', 'data'),
  });
  const budget = { runsPerDay: 6, usdPerDay: 9, usdPerMonth: 9 };
  const play = async (steps: readonly { model: number; number: number; kind: string }[], redelivered: boolean) => {
    const { registry, names, clock, deps, outcome } = await platform(2, budget);
    const delivered: QueueMessage[] = [];
    for (const { model, number, kind } of steps) {
      clock.now += HOUR;
      const name = names[model] ?? '';
      if (kind === 'alarm') {
        const message = alarm(name, number);
        if (delivered.some((earlier) => isDeepStrictEqual(earlier, message))) continue;
        delivered.push(message);
        await startTraining(message, deps);
      } else if (kind === 'again') {
        const message = delivered[number % delivered.length];
        if (redelivered && message) await startTraining(message, deps);
      } else if (kind === 'data') {
        const source = { bucket: 'b', key: `${name}/${clock.now}.csv`, versionId: '1', size: 1 };
        const { version: _, ...dataset } = aDataset({ model: name, source, contentDigest: String(clock.now) });
        await registry.registerDataset(dataset, change);
      } else {
        const [run] = await registry.listRuns(name, 1);
        if (run) await registry.updateRun(name, run.runId, { status: kind as 'failed' | 'registered' }, change);
      }
    }
    return outcome();
  };
  const property = fc.asyncProperty(fc.array(Step, { minLength: 20, maxLength: 60 }), async (steps) => {
    expect(await play(steps, true)).toEqual(await play(steps, false));
  });
  await fc.assert(property, { numRuns: 60 });
});
