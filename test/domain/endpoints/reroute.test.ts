import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Routes, reroute } from '../../../domain/endpoints/reroute.ts';

const target = { kind: 'lambda' as const };
const routesOf = (weights: Record<number, number>): Routes =>
  Object.entries(weights).map(([version, weight]) => ({ version: Number(version), weight, target }));
const weightsOf = (routes: Routes) => Object.fromEntries(routes.map(({ version, weight }) => [version, weight]));
const all = () => true;

function rerouted(weights: Record<number, number>, down: number[], { closed = [] as number[], preferred = 0 } = {}) {
  const routes = reroute(
    routesOf(weights),
    (version) => !down.includes(version),
    (version) => !closed.includes(version),
    preferred,
  );
  return weightsOf(routes);
}

describe('requests of an endpoint that does not answer', () => {
  it('stay where they are while everything answers', () => {
    expect(rerouted({ 1: 0.4, 2: 0.6 }, [])).toEqual({ 1: 0.4, 2: 0.6 });
    expect(rerouted({ 1: 0, 2: 1 }, [1])).toEqual({ 1: 0, 2: 1 });
  });

  it('go to those that have traffic, in their proportions', () => {
    expect(rerouted({ 1: 0.5, 2: 0.3, 3: 0.2 }, [1])).toEqual({
      1: 0,
      2: expect.closeTo(0.6),
      3: expect.closeTo(0.4),
    });
  });

  it('go to the version before, which stands by at weight 0', () => {
    expect(rerouted({ 1: 0, 2: 1 }, [2])).toEqual({ 1: 1, 2: 0 });
  });

  it('go to the preferred of those that stand by, or else to the newest', () => {
    expect(rerouted({ 1: 0, 2: 0, 3: 1 }, [3])).toEqual({ 1: 0, 2: 1, 3: 0 });
    expect(rerouted({ 1: 0, 2: 0, 3: 1 }, [3], { preferred: 1 })).toEqual({ 1: 1, 2: 0, 3: 0 });
  });

  it('never go to who may not take over, such as a candidate under judgement', () => {
    expect(rerouted({ 1: 0.9, 2: 0.1 }, [1], { closed: [2] })).toEqual({ 1: 0.9, 2: 0.1 });
  });

  it('never go to a batch target, which answers nobody', () => {
    const routes: Routes = [
      { version: 1, weight: 0, target: { kind: 'batch' } },
      { version: 2, weight: 1, target },
    ];
    expect(reroute(routes, (version) => version === 1, all)).toEqual(routes);
  });

  const cases = fc.uniqueArray(
    fc.record({ version: fc.nat(9), weight: fc.nat(10), up: fc.boolean(), open: fc.boolean() }),
    {
      selector: ({ version }) => version,
      minLength: 1,
      maxLength: 6,
    },
  );
  it('are all kept, whatever is down: weights sum to 1, and nobody who answers loses a share', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const sum = given.reduce((total, { weight }) => total + weight, 0);
        fc.pre(sum > 0);
        const intended: Routes = given.map(({ version, weight }) => ({ version, weight: weight / sum, target }));
        const find = (version: number) => given.find((each) => each.version === version);
        const routes = reroute(
          intended,
          (version) => find(version)?.up ?? false,
          (version) => find(version)?.open ?? false,
        );
        expect(routes.reduce((total, { weight }) => total + weight, 0)).toBeCloseTo(1, 9);
        const answered = (list: Routes) =>
          list.reduce((total, { version, weight }) => total + (find(version)?.up ? weight : 0), 0);
        expect(answered(routes)).toBeGreaterThanOrEqual(answered(intended) - 1e-9);
        if (given.some(({ up, open }) => up && open)) expect(answered(routes)).toBeCloseTo(1, 9);
      }),
    );
  });
});
