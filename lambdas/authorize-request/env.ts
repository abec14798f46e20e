import * as z from 'zod';
import { BaseEnv } from '../runtime/env.ts';

export const AuthorizeRequestEnv = BaseEnv.extend({
  /** As in the token's `iss`; its keys are read from `<issuer>/.well-known/jwks.json`. */
  JWT_ISSUER: z.url({ protocol: /^https$/ }),
  JWT_AUDIENCE: z.string(),
});
