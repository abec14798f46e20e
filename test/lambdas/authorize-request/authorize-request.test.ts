import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { describe, expect, it } from 'vitest';
import { AuthorizeRequestEnv } from '../../../lambdas/authorize-request/env.ts';
import { makeHandler, makeVerifier } from '../../../lambdas/authorize-request/handler.ts';
import { parseEnv } from '../../../lambdas/runtime/env.ts';

const ISSUER = 'https://issuer.example.com/tenant';
const METHOD = 'arn:aws:execute-api:eu-central-1:123456789012:api/live/POST/v2/models/churn/infer';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const others = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] };
const NOW = Math.floor(Date.now() / 1_000);
const claims = { iss: ISSUER, aud: 'millrace', sub: 'ana', exp: NOW + 600, iat: NOW };

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(payload: object = claims, header: object = {}, key: KeyObject = keys.privateKey): string {
  const signed = `${encode({ alg: 'RS256', kid: 'k1', ...header })}.${encode(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const asked: string[] = [];
/** An issuer with one key, as a fetcher of its own: no network. */
const cache = () =>
  new SimpleJwksCache({
    fetcher: {
      fetch: async (uri) => {
        asked.push(uri);
        return new TextEncoder().encode(JSON.stringify(jwks)).buffer as ArrayBuffer;
      },
    },
  });

const handlerOf = () => makeHandler(makeVerifier({ issuer: ISSUER, audience: 'millrace' }, cache()));
const request = (authorizationToken: string) => handlerOf()({ type: 'TOKEN', authorizationToken, methodArn: METHOD });

describe('a request with a token', () => {
  it('is allowed the method it calls and no other, in the name of its subject', async () => {
    expect(await request(`Bearer ${token()}`)).toEqual({
      principalId: 'ana',
      context: { sub: 'ana' },
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

  it('may have several audiences', async () => {
    expect(await request(`Bearer ${token({ ...claims, aud: ['other', 'millrace'] })}`)).toMatchObject({
      principalId: 'ana',
    });
  });

  const { exp: _exp, ...withoutExpiry } = claims;
  const { sub: _sub, ...withoutSubject } = claims;
  const { aud: _aud, ...withoutAudience } = claims;
  const hmac = `${encode({ alg: 'HS256', kid: 'k1' })}.${encode(claims)}`;
  const publicPem = keys.publicKey.export({ format: 'pem', type: 'spki' });
  const bad: [string, string][] = [
    ['is missing', ''],
    ['has no scheme', token()],
    ['has another scheme', `Basic ${token()}`],
    ['is no JWT', 'Bearer abc'],
    ['has expired', `Bearer ${token({ ...claims, exp: NOW - 1 })}`],
    ['never expires', `Bearer ${token(withoutExpiry)}`],
    ['is not valid yet', `Bearer ${token({ ...claims, nbf: NOW + 600 })}`],
    ['is of another issuer', `Bearer ${token({ ...claims, iss: 'https://evil.example.com' })}`],
    ['is for another audience', `Bearer ${token({ ...claims, aud: 'other' })}`],
    ['is for no audience', `Bearer ${token(withoutAudience)}`],
    ['has no subject', `Bearer ${token(withoutSubject)}`],
    ['has an empty subject', `Bearer ${token({ ...claims, sub: '' })}`],
    ['is signed by another key', `Bearer ${token(claims, {}, others.privateKey)}`],
    ['names an unknown key', `Bearer ${token(claims, { kid: 'k2' })}`],
    ['was changed after signing', `Bearer ${token().replace(/\.[^.]+\./, `.${encode({ ...claims, sub: 'eve' })}.`)}`],
    ['is not signed', `Bearer ${encode({ alg: 'none', kid: 'k1' })}.${encode(claims)}.`],
    ['claims another algorithm', `Bearer ${token(claims, { alg: 'none' })}`],
    [
      'is signed with the public key as a secret',
      `Bearer ${hmac}.${createHmac('sha256', publicPem).update(hmac).digest('base64url')}`,
    ],
  ];
  for (const [what, authorization] of bad) {
    it(`is answered 401 when it ${what}`, async () => {
      await expect(request(authorization)).rejects.toThrow(/^Unauthorized$/);
    });
  }

  it('is an error of ours, not of the caller, when the issuer does not answer', async () => {
    const broken = new SimpleJwksCache({ fetcher: { fetch: () => Promise.reject(new Error('no route')) } });
    const handler = makeHandler(makeVerifier({ issuer: ISSUER, audience: 'millrace' }, broken));
    const event = { authorizationToken: `Bearer ${token()}`, methodArn: METHOD };
    await expect(handler(event)).rejects.toThrow('no route');
  });
});

it('refuses an issuer that is not reached over https', () => {
  expect(() => parseEnv(AuthorizeRequestEnv, { JWT_ISSUER: 'http://issuer', JWT_AUDIENCE: 'a' })).toThrow('JWT_ISSUER');
});
