import { describe, expect, it } from 'vitest';
import { ACTIONS, type Action } from '../../../domain/access/scopes.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aGuardedApi, pathOf, type Sent } from '../../fixtures/guarded-api.ts';
import { badAuthorizations, claims, token } from '../../fixtures/token-issuer.ts';
import { inferBody } from '../infer/fake-aws.ts';

const ROWS = { instances: [{ age: 30, plan: 'pro' }] };
const LABELS = { labels: [{ inference_id: 'x', label: '0' }] };

/** Every kind of route: how it is called for a model, and by whom. */
const ROUTES: readonly {
  readonly sent: (model: string) => Sent;
  /** Of whom one may call it; none = whoever has a token. */
  readonly actions: readonly Action[];
  /** It is about all models at once. */
  readonly all?: true;
}[] = [
  { sent: () => ({ method: 'GET', resource: '/v2' }), actions: [] },
  { sent: () => face('GET', '/v2', 'health/live'), actions: [] },
  { sent: () => face('GET', '', 'nowhere'), actions: [] },
  { sent: (model) => face('GET', '/v2', `models/${model}`), actions: ['read', 'predict'] },
  { sent: (model) => face('GET', '/v2', `models/${model}/ready`), actions: ['read', 'predict'] },
  { sent: (model) => face('POST', '/v2', `models/${model}/infer`, inferBody()), actions: ['predict'] },
  { sent: (model) => face('POST', '/v2', `models/${model}/versions/1/infer`, inferBody()), actions: ['predict'] },
  { sent: (model) => face('GET', '/v1', `models/${model}`), actions: ['read', 'predict'] },
  { sent: (model) => face('POST', '/v1', `models/${model}:predict`, ROWS), actions: ['predict'] },
  { sent: (model) => face('POST', '/v1', `models/${model}%3Apredict`, ROWS), actions: ['predict'] },
  { sent: (model) => below(model, 'POST', '{proxy+}', ROWS), actions: ['predict'] },
  {
    sent: (model) => ({
      method: 'GET',
      resource: '/models/{model}/{proxy+}',
      parameters: { model, proxy: 'predictions/0mwsi1hc0-1-2zpieg8jq95r' },
    }),
    actions: ['predict'],
  },
  { sent: (model) => below(model, 'GET', 'openapi.json'), actions: ['read', 'predict'] },
  { sent: (model) => face('POST', '/endpoints', `${model}/invocations`, ROWS), actions: ['predict'] },
  { sent: (model) => face('POST', '/endpoints', `${model}-v1/invocations`, ROWS), actions: ['predict'] },
  { sent: (model) => face('POST', '/endpoints', `${model}/async-invocations`, ROWS), actions: ['predict'] },
  {
    sent: (model) => ({ method: 'POST', resource: '/feedback/{model}', parameters: { model }, body: LABELS }),
    actions: ['feedback'],
  },
  { sent: () => face('GET', '/registry', 'models'), actions: ['read'], all: true },
  { sent: (model) => face('GET', '/registry', `models/${model}`), actions: ['read'] },
  { sent: (model) => face('GET', '/registry', `models/${model}/versions/1`), actions: ['read'] },
  { sent: (model) => face('POST', '/registry', `models/${model}/runs`, { reason: 'r' }), actions: ['write'] },
  { sent: (model) => face('POST', '/registry', `models/${model}/rollouts`, { version: 1 }), actions: ['write'] },
  { sent: (model) => face('POST', '/registry', 'specs', aModelSpec({ name: model })), actions: ['write'] },
];

function face(method: string, root: string, proxy: string, body?: unknown): Sent {
  return { method, resource: `${root}/{proxy+}`, parameters: { proxy }, ...(body === undefined ? {} : { body }) };
}

function below(model: string, method: string, part: string, body?: unknown): Sent {
  const parameters: Record<string, string> = part === '{proxy+}' ? { model, proxy: 'invocations' } : { model };
  return { method, resource: `/models/{model}/${part}`, parameters, ...(body === undefined ? {} : { body }) };
}

const TENANTS = ['churn', 'flights', 'flights-v3'];
const GRANTED = [...TENANTS, '*'];
const api = await aGuardedApi({ churn: [1], flights: [1, 3], 'flights-v3': [1] });
const bearer = (scope: string, claim = 'scope') => `Bearer ${token({ ...claims, [claim]: scope })}`;

describe('a token', () => {
  for (const { sent, actions, all } of ROUTES) {
    const shown = sent('a-model');
    const route = `${shown.method} ${pathOf(shown)}`;
    it(`reaches ${route} of the models its scopes name, and no other`, async () => {
      for (const tenant of TENANTS)
        for (const action of ACTIONS)
          for (const model of GRANTED) {
            const scope = `openid millrace/${action}:${model}`;
            const status = await api.send(sent(tenant), bearer(scope));
            const covered = model === '*' || (model === tenant && !all);
            const allowed = actions.length === 0 || (actions.includes(action) && covered);
            expect(status === 403 || status === 401, `${scope} for ${pathOf(sent(tenant))}: ${status}`).toBe(!allowed);
          }
    });

    it(`is asked for at ${route}: 401 for every bad one`, async () => {
      const every = ACTIONS.map((action) => `millrace/${action}:*`).join(' ');
      for (const [what, authorization] of [['is not there', undefined], ...badAuthorizations(every)] as const) {
        expect(await api.send(sent('churn'), authorization), `a token that ${what}`).toBe(401);
      }
    });
  }

  it('may carry its scopes as `scp`, as text or as a list', async () => {
    const infer = face('POST', '/v2', 'models/churn/infer', inferBody());
    expect(await api.send(infer, bearer('millrace/predict:churn', 'scp'))).toBe(200);
    const list = ['openid', 'millrace/predict:churn'];
    expect(await api.send(infer, `Bearer ${token({ ...claims, scp: list })}`)).toBe(200);
  });

  for (const scope of [
    'millrace/predict',
    'millrace/predict:',
    'millrace/PREDICT:churn',
    'millrace/predict:CHURN',
    'millrace/predict:chur',
    'millrace/predict:churn2',
    'millrace/predict:**',
    'predict:churn',
    'other/predict:churn',
    'xmillrace/predict:churn',
    'millrace/predict:churn,flights',
    'millrace/*:churn',
  ]) {
    it(`gets nowhere with ${scope}`, async () => {
      expect(await api.send(face('POST', '/v2', 'models/churn/infer', inferBody()), bearer(scope))).toBe(403);
    });
  }
});

describe('a name that ends like a version', () => {
  const endpoint = (name: string) => face('POST', '/endpoints', `${name}/invocations`, ROWS);
  const predict = (model: string) => bearer(`millrace/predict:${model}`);

  it('is the model of that name for whoever may use it, and for nobody else', async () => {
    expect(await api.send(endpoint('flights-v3'), predict('flights-v3'))).toBe(200);
    expect(await api.send(endpoint('flights-v3'), predict('flights'))).toBe(403);
    expect(await api.send(endpoint('flights-v3'), predict('churn'))).toBe(403);
  });

  it('is a version for whoever may use its model, where no model has that name', async () => {
    const without = await aGuardedApi({ flights: [1, 3] });
    expect(await without.send(endpoint('flights-v3'), predict('flights'))).toBe(200);
    expect(await without.send(endpoint('flights-v3'), predict('flights-v3'))).toBe(403);
  });

  it('is not what a header makes of it', async () => {
    const sent = endpoint('flights-v3');
    const event = {
      httpMethod: 'POST',
      resource: sent.resource,
      path: pathOf(sent),
      pathParameters: sent.parameters ?? {},
      headers: { 'content-type': 'application/json', 'x-amzn-sagemaker-target-variant': '1' },
      body: JSON.stringify(ROWS),
      requestContext: { authorizer: { principalId: 'ana', models: 'flights' } },
    };
    expect((await api.router.handler(event)).statusCode).toBe(403);
  });
});

describe('a function behind the check', () => {
  it('allows nothing that the check did not name', async () => {
    const event = { httpMethod: 'POST', path: '/v2/models/churn/infer', body: JSON.stringify(inferBody()) };
    for (const authorizer of [{}, { principalId: 'ana' }, { principalId: 'ana', models: '' }, { models: 5 }]) {
      const { statusCode } = await api.router.handler({ ...event, requestContext: { authorizer } });
      expect(statusCode, JSON.stringify(authorizer)).toBe(403);
    }
  });

  it('leaves it to IAM otherwise', async () => {
    const event = { httpMethod: 'POST', path: '/v2/models/churn/infer', body: JSON.stringify(inferBody()) };
    const requestContext = { identity: { userArn: 'arn:aws:iam::111122223333:user/ana' } };
    expect((await api.router.handler({ ...event, requestContext })).statusCode).toBe(200);
  });
});
