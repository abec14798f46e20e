import { JwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwksNotAvailableInCacheError, JwtBaseError, JwtInvalidClaimError } from 'aws-jwt-verify/error';
import type { JwksCache } from 'aws-jwt-verify/jwk';
import * as z from 'zod';
import { modelsText } from '../../domain/access/caller.ts';
import { decideAccess, neededAccess } from '../../domain/access/needed-access.ts';
import { scopesOf } from '../../domain/access/scopes.ts';
import { logger } from '../runtime/logger.ts';

/** The parts of a REST API's authorizer event of type REQUEST that are read. */
const AuthorizerRequest = z.object({
  methodArn: z.string(),
  httpMethod: z.string(),
  resource: z.string(),
  pathParameters: z.record(z.string(), z.string()).nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
});

/** A claim that the library checks only where it is present, or not the way it is needed. */
class MissingClaimError extends JwtInvalidClaimError {
  override readonly name = 'MissingClaimError';
}

export interface Policy {
  readonly principalId: string;
  readonly policyDocument: object;
  /** What the functions behind the gateway are told, and the gateway's own answer of 403. */
  readonly context: { readonly sub: string; readonly models: string; readonly reason: string };
}

export function makeVerifier(settings: { issuer: string; audience: string }, jwksCache?: JwksCache) {
  return JwtVerifier.create(
    {
      issuer: settings.issuer,
      // checked below
      audience: null,
      customJwtCheck: ({ payload: { exp, sub, aud, client_id: client } }) => {
        // a token without an audience, as Cognito issues them, is held against the client it was issued to
        const audiences = [aud ?? client].flat();
        if (!audiences.includes(settings.audience)) throw new MissingClaimError('another audience', aud);
        if (typeof exp !== 'number') throw new MissingClaimError('exp is missing', exp);
        if (typeof sub !== 'string' || sub === '') throw new MissingClaimError('sub is missing', sub);
      },
    },
    jwksCache && { jwksCache },
  );
}

/**
 * A REST API's request authorizer: allows the one method that is called, for the subject of the token, where a scope of the
 * token covers it. A missing scope is answered with 403.
 *
 * @throws Error `Unauthorized`, which API Gateway answers with 401; whatever else, an issuer that does not answer, with 500
 */
export const makeHandler =
  (verifier: Pick<ReturnType<typeof makeVerifier>, 'verify'>) =>
  async (event: unknown): Promise<Policy> => {
    const { methodArn, httpMethod: method, resource, pathParameters, headers } = AuthorizerRequest.parse(event);
    const authorization = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw unauthorized('no bearer token');
    const claims = await verifier.verify(token).catch((error: unknown) => {
      const itsFault = error instanceof FetchError || error instanceof JwksNotAvailableInCacheError;
      if (error instanceof JwtBaseError && !itsFault) throw unauthorized(error.name);
      throw error;
    });
    const sub = claims.sub as string;
    const needed = neededAccess({ method, resource, parameters: pathParameters ?? {} });
    const decided = decideAccess(scopesOf(claims), needed);
    if ('missing' in decided) {
      const reason = `the token lacks the scope ${decided.missing}`;
      logger.warn('request-refused', { reason, sub });
      return policy('Deny', methodArn, { sub, models: '', reason });
    }
    return policy('Allow', methodArn, { sub, models: modelsText(decided.models), reason: '' });
  };

const policy = (effect: 'Allow' | 'Deny', methodArn: string, context: Policy['context']): Policy => ({
  principalId: context.sub,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: methodArn }],
  },
  context,
});

/** The text is API Gateway's protocol. */
function unauthorized(reason: string): Error {
  logger.warn('request-refused', { reason });
  return new Error('Unauthorized');
}
