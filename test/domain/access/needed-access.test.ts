import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAccess, neededAccess } from '../../../domain/access/needed-access.ts';

const asked = (resource: string, parameters: Record<string, string>, method = 'POST') =>
  neededAccess({ method, resource, parameters });

describe('what a path needs', () => {
  for (const [resource, parameters, expected] of [
    ['/endpoints/{proxy+}', { proxy: 'flights/invocations' }, ['flights']],
    ['/endpoints/{proxy+}', { proxy: 'flights-v3/invocations' }, ['flights-v3', 'flights']],
    // as a name it is too long, as a version it is none of a model's
    ['/endpoints/{proxy+}', { proxy: `${'a'.repeat(32)}-v3/invocations` }, ['a'.repeat(32)]],
    ['/endpoints/{proxy+}', { proxy: 'a"b-v3/invocations' }, 'any'],
    ['/endpoints/{proxy+}', { proxy: 'flights%2Fx/invocations' }, 'any'],
    ['/models/{model}/{proxy+}', { model: 'flights', proxy: 'invocations' }, ['flights']],
    ['/models/{model}/{proxy+}', { model: '../flights', proxy: 'invocations' }, 'any'],
    ['/v1/{proxy+}', { proxy: 'models/flights%3Apredict' }, ['flights']],
    ['/registry/{proxy+}', { proxy: 'specs' }, 'any'],
    ['/registry/{proxy+}', { proxy: 'metrics' }, 'all'],
    ['/registry/{proxy+}', { proxy: 'models//flights' }, 'all'],
    ['/registry/{proxy+}', { proxy: 'models/flights/runs' }, ['flights']],
  ] as const) {
    it(`is access to ${JSON.stringify(expected)} for ${resource} with ${JSON.stringify(parameters)}`, () => {
      expect(asked(resource, parameters)).toMatchObject({ models: expected });
    });
  }

  it('is to predict for whoever fetches a prediction, and not to read', () => {
    const parameters = { model: 'flights', proxy: 'predictions/x' };
    expect(asked('/models/{model}/{proxy+}', parameters, 'GET')).toMatchObject({ actions: ['predict'] });
  });

  it('is nothing where there is nothing', () => {
    for (const resource of ['/{proxy+}', '/v2', '/toString', '__proto__']) expect(asked(resource, {})).toBe('nothing');
  });
});

describe('a scope that is missing', () => {
  it('is named in words that break no JSON, whatever was asked for', () => {
    const resources = [
      '/endpoints/{proxy+}',
      '/models/{model}/{proxy+}',
      '/feedback/{model}',
      '/v1/{proxy+}',
      '/v2/{proxy+}',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...resources),
        fc.string(),
        fc.constantFrom('', '-v3', '/invocations'),
        (resource, name, end) => {
          const parameters = {
            model: name + end,
            proxy: resource.startsWith('/v') ? `models/${name}${end}` : name + end,
          };
          const decided = decideAccess([], asked(resource, parameters));
          if ('missing' in decided) expect(decided.missing).toMatch(/^millrace\/\w+:[a-z0-9<>*-]+$/);
          else expect(decided.models).toEqual([]);
        },
      ),
    );
  });
});
