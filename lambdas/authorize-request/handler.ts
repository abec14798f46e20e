import { JwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwksNotAvailableInCacheError, JwtBaseError, JwtInvalidClaimError } from 'aws-jwt-verify/error';
import type { JwksCache } from 'aws-jwt-verify/jwk';
import * as z from 'zod';
import { logger } from '../runtime/logger.ts';

const TokenRequest = z.object({ authorizationToken: z.string(), methodArn: z.string() });

/** A claim that the library checks only where it is present. */
class MissingClaimError extends JwtInvalidClaimError {
  override readonly name = 'MissingClaimError';
}

export interface Policy {
  readonly principalId: string;
  readonly policyDocument: object;
  readonly context: { readonly sub: string };
}

export function makeVerifier(settings: { issuer: string; audience: string }, jwksCache?: JwksCache) {
  return JwtVerifier.create(
    {
      issuer: settings.issuer,
      audience: settings.audience,
      customJwtCheck: ({ payload: { exp, sub } }) => {
        if (typeof exp !== 'number') throw new MissingClaimError('exp is missing', exp);
        if (typeof sub !== 'string' || sub === '') throw new MissingClaimError('sub is missing', sub);
      },
    },
    jwksCache && { jwksCache },
  );
}

/**
 * A REST API's token authorizer: allows the one method that is called, for the subject of the token.
 *
 * @throws Error `Unauthorized`, which API Gateway answers with 401; whatever else, an issuer that does not answer, with 500
 */
export const makeHandler =
  (verifier: Pick<ReturnType<typeof makeVerifier>, 'verify'>) =>
  async (event: unknown): Promise<Policy> => {
    const { authorizationToken, methodArn } = TokenRequest.parse(event);
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorizationToken)?.[1];
    if (!token) throw unauthorized('no bearer token');
    const { sub } = await verifier.verify(token).catch((error: unknown) => {
      const itsFault = error instanceof FetchError || error instanceof JwksNotAvailableInCacheError;
      if (error instanceof JwtBaseError && !itsFault) throw unauthorized(error.name);
      throw error;
    });
    const principalId = sub as string;
    return {
      principalId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
      },
      context: { sub: principalId },
    };
  };

/** The text is API Gateway's protocol. */
function unauthorized(reason: string): Error {
  logger.warn('request-refused', { reason });
  return new Error('Unauthorized');
}
