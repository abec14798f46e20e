import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { describe, expect, it } from 'vitest';
import { AuthorizeRequestEnv } from '../../../lambdas/authorize-request/env.ts';
import { makeHandler, makeVerifier } from '../../../lambdas/authorize-request/handler.ts';
import { parseEnv } from '../../../lambdas/runtime/env.ts';
import { anAuthorizer, asked, badAuthorizations, claims, ISSUER, token } from '../../fixtures/token-issuer.ts';

const METHOD = 'arn:aws:execute-api:eu-central-1:123456789012:api/live/POST/v2/models/churn/infer';
const eventOf = (authorization: string | undefined, changes: object = {}) => ({
  type: 'REQUEST',
  methodArn: METHOD,
  httpMethod: 'POST',
  resource: '/v2/{proxy+}',
  path: '/v2/models/churn/infer',
  pathParameters: { proxy: 'models/churn/infer' },
  headers: authorization === undefined ? {} : { Authorization: authorization },
  ...changes,
});
const request = (authorization: string | undefined) => anAuthorizer()(eventOf(authorization));
const scope = 'millrace/predict:churn';
const granted = { ...claims, scope };

describe('a request with a token', () => {
  it('is allowed the method it calls and no other, in the name of its subject', async () => {
    expect(await request(`Bearer ${token(granted)}`)).toEqual({
      principalId: 'ana',
      context: { sub: 'ana', models: 'churn', reason: '' },
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: METHOD }],
      },
    });
  });

  it("is checked against the issuer's published keys", async () => {
    asked.length = 0;
    await request(`Bearer ${token()}`);
    expect(asked).toEqual([`${ISSUER}/.well-known/jwks.json`]);
  });

  it('may be one of Cognito, which names the client and no audience', async () => {
    const { aud: _, ...rest } = granted;
    const authorizer = (client: string) => request(`Bearer ${token({ ...rest, client_id: client })}`);
    expect(await authorizer('millrace')).toMatchObject({ principalId: 'ana' });
    await expect(authorizer('another')).rejects.toThrow(/^Unauthorized$/);
    // a client id counts only where there is no audience
    await expect(request(`Bearer ${token({ ...granted, aud: 'x', client_id: 'millrace' })}`)).rejects.toThrow();
  });

  it('is denied, and told why, when no scope covers what it asks for', async () => {
    const denied = await request(`Bearer ${token({ ...claims, scope: 'openid millrace/predict:other' })}`);
    expect(denied).toMatchObject({
      policyDocument: { Statement: [{ Effect: 'Deny', Resource: METHOD }] },
      context: { models: '', reason: 'the token lacks the scope millrace/predict:churn' },
    });
  });

  it('may have several audiences', async () => {
    expect(await request(`Bearer ${token({ ...granted, aud: ['other', 'millrace'] })}`)).toMatchObject({
      principalId: 'ana',
    });
  });

  for (const [what, authorization] of [['has no header', undefined], ...badAuthorizations(scope)] as const) {
    it(`is answered 401 when it ${what}`, async () => {
      await expect(request(authorization)).rejects.toThrow(/^Unauthorized$/);
    });
  }

  it('is an error of ours, not of the caller, when the issuer does not answer', async () => {
    const broken = new SimpleJwksCache({ fetcher: { fetch: () => Promise.reject(new Error('no route')) } });
    const handler = makeHandler(makeVerifier({ issuer: ISSUER, audience: 'millrace' }, broken));
    await expect(handler(eventOf(`Bearer ${token()}`))).rejects.toThrow('no route');
  });
});

it('refuses an issuer that is not reached over https', () => {
  expect(() => parseEnv(AuthorizeRequestEnv, { JWT_ISSUER: 'http://issuer', JWT_AUDIENCE: 'a' })).toThrow('JWT_ISSUER');
});
