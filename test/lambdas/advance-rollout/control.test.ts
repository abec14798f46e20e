import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Order,
  pauseRollout,
  promoteRollout,
  resumeRollout,
  rollBackRollout,
} from '../../../domain/rollout/control.ts';
import { rolloutStatus } from '../../../domain/rollout/rollout-status.ts';
import { aRolloutWorld } from '../../fixtures/rollouts.ts';

const BAKE_MS = 60_000;
const DAY_MS = 86_400_000;
const canary = { strategy: { type: 'canary', steps: [0.1, 0.5], bake: '60s', minRequests: 100, maxErrorRate: 0.01 } };
const ORDERS = { pause: pauseRollout, resume: resumeRollout, promote: promoteRollout, rollback: rollBackRollout };
type Verb = keyof typeof ORDERS;

/** Version 1 is champion, version 2 is watched at its first step. */
async function aCanary() {
  const world = await aRolloutWorld(canary);
  await world.begin(1);
  const { rolloutId } = await world.begin(2);
  const order = (reason: string, by = 'ana'): Order => ({ model: 'churn', rolloutId, by, reason });
  return {
    ...world,
    rolloutId,
    tell: (verb: Verb, reason = 'because', by = 'ana') => ORDERS[verb](order(reason, by), world.deps),
    judge: () => world.act('judge', rolloutId) as Promise<{ verdict: string; waitSeconds: number }>,
    show: async () => rolloutStatus(await world.registry.requireRollout('churn', rolloutId), world.deps),
    decisions: async () => (await world.registry.listDecisions('churn', 'rollout')).map(({ decisionId }) => decisionId),
  };
}
type World = Awaited<ReturnType<typeof aCanary>>;

describe('pausing', () => {
  it('holds the shares, and the time does not count as watched', async () => {
    const world = await aCanary();
    await world.answer(world.rolloutId, 2, 500);
    world.advance(BAKE_MS / 2);
    await world.tell('pause', 'looking at complaints');
    world.advance(DAY_MS);
    expect((await world.judge()).verdict).toBe('wait');
    expect(await world.weights()).toEqual({ 1: 0.9, 2: 0.1 });
    expect((await world.show()).judgement.reasons).toEqual(['paused by ana: looking at complaints']);
    await world.tell('resume');
    world.advance(BAKE_MS / 2 - 1);
    expect((await world.judge()).verdict).toBe('wait');
    world.advance(1);
    expect((await world.judge()).verdict).toBe('next');
    expect(await world.weights()).toEqual({ 1: 0.5, 2: 0.5 });
  });

  it('does not outlast errors that chance does not explain', async () => {
    const world = await aCanary();
    await world.tell('pause');
    await world.answer(world.rolloutId, 2, 100, 50);
    expect((await world.judge()).verdict).toBe('roll-back');
  });

  it('ends in a roll-back after a month', async () => {
    const world = await aCanary();
    await world.tell('pause');
    world.advance(30 * DAY_MS);
    expect((await world.judge()).verdict).toBe('wait');
    world.advance(1);
    expect((await world.judge()).verdict).toBe('roll-back');
    expect((await world.registry.requireRollout('churn', world.rolloutId)).reasons).toEqual([
      'paused for more than 30 days',
    ]);
  });

  it('and resuming again change nothing', async () => {
    const world = await aCanary();
    await world.tell('pause', 'first');
    await world.tell('pause', 'second', 'bob');
    expect((await world.show()).pause).toMatchObject({ by: 'ana', reason: 'first' });
    await world.tell('resume');
    await world.tell('resume');
    const said = (await world.decisions()).filter((id) => /paused|resumed/.test(id));
    expect(said).toHaveLength(2);
  });

  it('is refused before the candidate has a share, and after the end', async () => {
    const world = await aRolloutWorld(canary);
    await world.begin(1);
    const { rolloutId } = await world.start(2);
    const order = { model: 'churn', rolloutId, by: 'ana', reason: 'r' };
    await expect(pauseRollout(order, world.deps)).rejects.toThrow('is deploying: until the candidate is verified');
    await expect(promoteRollout(order, world.deps)).rejects.toThrow('is deploying');
    await rollBackRollout(order, world.deps);
    await expect(pauseRollout(order, world.deps)).rejects.toThrow(`rollout ${rolloutId} is rolled-back: r`);
  });

  it('wins over a step that was being written down: the next step begins anew after it', async () => {
    const world = await aCanary();
    await world.answer(world.rolloutId, 2, 100);
    world.advance(BAKE_MS);
    const { registry } = world.deps;
    let paused = false;
    const deps = {
      ...world.deps,
      registry: new Proxy(registry, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
          return async (...args: unknown[]) => {
            if (name === 'writeTraffic' && !paused) {
              paused = true;
              await world.tell('pause');
            }
            return method.apply(target, args);
          };
        },
      }),
    };
    const { judge } = await import('../../../domain/rollout/advance.ts');
    const rollout = await registry.requireRollout('churn', world.rolloutId);
    await expect(judge(rollout, deps)).rejects.toThrow('revision');
    expect(await world.weights()).toEqual({ 1: 0.9, 2: 0.1 });
    await world.tell('resume');
    await world.answer(world.rolloutId, 2, 7);
    expect((await world.judge()).verdict).toBe('next');
    const { arms, judgement, step } = await world.show();
    expect([step, arms.find(({ version }) => version === 2)?.requests]).toEqual([1, 107]);
    expect(judgement).toMatchObject({ verdict: 'wait', numbers: { step: 1, requests: 0 } });
  });
});

describe('promoting by hand', () => {
  it('skips what is left of judging and leaves word of who and why', async () => {
    const world = await aCanary();
    await world.tell('promote', 'seen enough');
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 0, 2: 1 }, 2]);
    const promoted = await world.registry.requireDecision('churn', `${world.rolloutId}-promoted`);
    expect(promoted).toMatchObject({ outcome: 'promoted', reasons: ['seen enough'], numbers: { by: 'ana' } });
    expect(await world.judge()).toMatchObject({ verdict: 'promote' });
    await world.act('promote', world.rolloutId);
    expect(
      world.published.filter(({ name, detail }) => name === 'RolloutPromoted' && detail.version === 2),
    ).toHaveLength(1);
    expect((await world.tell('promote')).status).toBe('promoted');
    await expect(world.tell('rollback')).rejects.toThrow('is promoted');
  });

  it('needs the approval still', async () => {
    const world = await aCanary();
    await world.registry.setApproval('churn', 2, 'Rejected', { by: 'eve', at: new Date() });
    await expect(world.tell('promote')).rejects.toThrow('only an Approved version');
    expect(await world.champion()).toBe(1);
  });

  it('is possible of one that is held', async () => {
    const world = await aCanary();
    await world.tell('pause');
    await world.tell('promote');
    expect(await world.champion()).toBe(2);
    expect((await world.registry.findTraffic('churn'))?.pause).toBeUndefined();
  });
});

describe('rolling back by hand', () => {
  it('gives the traffic back in one write; the execution deletes the endpoint at its next look', async () => {
    const world = await aCanary();
    const rev = (await world.registry.findTraffic('churn'))?.rev as number;
    await world.tell('rollback', 'complaints');
    expect((await world.registry.findTraffic('churn'))?.rev).toBe(rev + 1);
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 1 }, 1]);
    expect(await world.show()).toMatchObject({ status: 'rolled-back', judgement: { reasons: ['complaints'] } });
    expect(world.endpoints.has(world.endpointOf(2))).toBe(true);
    expect(await world.judge()).toMatchObject({ verdict: 'roll-back' });
    await world.act('roll-back', world.rolloutId);
    expect(world.endpoints.has(world.endpointOf(2))).toBe(false);
    await expect(world.tell('promote')).rejects.toThrow('is rolled-back: complaints');
  });

  it('of one that is deploying keeps it from ever getting traffic', async () => {
    const world = await aRolloutWorld(canary);
    await world.begin(1);
    const { rolloutId } = await world.start(2);
    await rollBackRollout({ model: 'churn', rolloutId, by: 'ana', reason: 'wrong data' }, world.deps);
    world.endpoints.add(world.endpointOf(2));
    expect(await world.act('begin', rolloutId)).toMatchObject({ done: false });
    expect(await world.act('judge', rolloutId)).toMatchObject({ verdict: 'roll-back' });
    await world.act('roll-back', rolloutId);
    expect([...world.endpoints]).toEqual([world.endpointOf(1)]);
    expect(await world.weights()).toEqual({ 1: 1 });
  });
});

/** A deferred call of each port, so that two orders interleave as `turns` says. */
const interleaved = (world: World, turns: readonly number[]) => {
  const waiting: (() => void)[][] = [[], []];
  const gate = (who: number) =>
    new Proxy(world.deps.registry, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          await new Promise<void>((resolve) => waiting[who]?.push(resolve));
          return method.apply(target, args);
        };
      },
    });
  async function run(orders: readonly [Verb, Verb]) {
    let open = 2;
    const order = { model: 'churn', rolloutId: world.rolloutId, by: 'ana', reason: 'r' };
    const ended = orders.map((verb, who) =>
      ORDERS[verb](order, { ...world.deps, registry: gate(who) })
        .then(() => 'ok')
        .catch((error: Error) => error.name)
        .finally(() => open--),
    );
    for (let turn = 0; open > 0; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      const first = turns[turn % Math.max(1, turns.length)] ?? 0;
      const next = waiting[first]?.shift() ?? waiting[1 - first]?.shift();
      next?.();
    }
    return Promise.all(ended);
  }
  return run;
};

it('of a promotion and a roll-back at the same time one wins, and the other is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 40 }), async (turns) => {
      const world = await aCanary();
      const answers = await interleaved(world, turns)(['promote', 'rollback']);
      const champion = await world.champion();
      expect(answers).toEqual(champion === 2 ? ['ok', 'RolloutClosedError'] : ['RolloutClosedError', 'ok']);
      expect(await world.status(world.rolloutId)).toBe(champion === 2 ? 'promoted' : 'rolled-back');
      expect(await world.weights()).toEqual(champion === 2 ? { 1: 0, 2: 1 } : { 1: 1 });
      const ends = world.published.filter(({ detail }) => detail.version === 2 && detail.rolloutId);
      expect(ends.map(({ name }) => name)).toEqual([
        'RolloutStarted',
        champion === 2 ? 'RolloutPromoted' : 'RolloutRolledBack',
      ]);
    }),
    { numRuns: 60 },
  );
});

it('whatever is ordered, crashes and is repeated, weights sum to 1 and one version ends as champion', async () => {
  const move = fc.record({
    what: fc.constantFrom('begin', 'judge', 'promote', 'roll-back', 'pause!', 'resume!', 'promote!', 'rollback!'),
    fault: fc.nat(8),
    requests: fc.nat(150),
    errors: fc.constantFrom(0, 0, 40),
    waitMs: fc.constantFrom(0, BAKE_MS),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 10 }), async (moves) => {
      const world = await aCanary();
      for (const { what, fault, requests, errors, waitMs } of moves) {
        await world.answer(world.rolloutId, 2, requests, Math.min(errors, requests));
        world.advance(waitMs);
        world.fault.in = fault;
        const done = what.endsWith('!') ? world.tell(what.slice(0, -1) as Verb) : world.act(what, world.rolloutId);
        await (done as Promise<unknown>).catch(() => undefined);
        world.fault.in = 0;
        const weights = Object.entries(await world.weights());
        expect(weights.reduce((sum, [, weight]) => sum + weight, 0)).toBeCloseTo(1, 12);
        for (const [version, weight] of weights) {
          if (weight > 0) expect(world.endpoints.has(world.endpointOf(Number(version)))).toBe(true);
        }
      }
      await world.act('roll-back', world.rolloutId);
      const champion = (await world.champion()) as number;
      expect((await world.weights())[champion]).toBe(1);
      expect((await world.registry.findTraffic('churn'))?.rolloutId).toBeUndefined();
      expect(await world.status(world.rolloutId)).toBe(champion === 2 ? 'promoted' : 'rolled-back');
    }),
    { numRuns: 150 },
  );
});
