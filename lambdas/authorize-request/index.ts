import { parseEnv } from '../runtime/env.ts';
import { AuthorizeRequestEnv } from './env.ts';
import { makeHandler, makeVerifier } from './handler.ts';

const env = parseEnv(AuthorizeRequestEnv);
export const handler = makeHandler(makeVerifier({ issuer: env.JWT_ISSUER, audience: env.JWT_AUDIENCE }));
