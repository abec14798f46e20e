import { covers, type Models } from './scopes.ts';

/** The part of API Gateway's request context that says who calls. */
export interface RequestIdentity {
  readonly identity?: { readonly userArn?: string | null | undefined } | null | undefined;
  /** What the token's check said; absent where IAM decides. */
  readonly authorizer?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface Caller {
  /** The ARN of an IAM identity, or the subject of a token; undefined when the gateway does not say. */
  readonly principal: string | undefined;
  /** Models that this request may be about. */
  readonly models: Models;
}

/** Models in the context of the token's check, which holds no lists. */
export const modelsText = (models: Models): string => (models === '*' ? models : models.join(' '));

/** With a token nothing is allowed that its check did not name; IAM has decided by itself. */
export function callerOf(context: RequestIdentity | null | undefined): Caller {
  const { identity, authorizer } = context ?? {};
  if (!authorizer) return { principal: identity?.userArn || undefined, models: '*' };
  const { principalId, models } = authorizer;
  const text = typeof models === 'string' ? models : '';
  return {
    principal: typeof principalId === 'string' && principalId !== '' ? principalId : undefined,
    models: text === '*' ? text : text.split(' ').filter((name) => name !== ''),
  };
}

export const mayUse = (caller: Caller, model: string): boolean => covers(caller.models, model);
