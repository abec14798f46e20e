import { type Action, covers, isModelName, type Models, modelsFor, scopeFor } from './scopes.ts';

/** The parts of a REST API's request that say what it wants. */
export interface ApiRequest {
  readonly method: string;
  /** The route's own path: `/v2/{proxy+}`. */
  readonly resource: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** What a request needs; `nothing` = a valid token is enough: the path says nothing of any model. */
export type NeededAccess =
  | 'nothing'
  | {
      /** One of them is enough. */
      readonly actions: readonly Action[];
      /** `any` = the path does not say which, and the function behind it knows; of several names any one. */
      readonly models: 'all' | 'any' | readonly string[];
    };

type Rule = (request: ApiRequest) => NeededAccess;

const RULES: Readonly<Record<string, Rule>> = {
  '/v2/{proxy+}': (request) => predicting(request, /^models\/([^/]+)/),
  '/v1/{proxy+}': (request) => predicting(request, /^models\/([^/:%]+)/),
  // also with GET: what is there to be fetched is a prediction
  '/models/{model}/{proxy+}': ({ parameters }) => ({ actions: ['predict'], models: oneOf(parameters.model) }),
  '/models/{model}/openapi.json': ({ parameters }) => ({
    actions: ['read', 'predict'],
    models: oneOf(parameters.model),
  }),
  '/endpoints/{proxy+}': (request) => {
    const [, name = ''] = /^([^/]+)/.exec(request.parameters.proxy ?? '') ?? [];
    // a name that ends like a version's may be that version or a model of its own: the router finds out
    const [, model] = /^(.+)-v[1-9][0-9]{0,9}$/.exec(name) ?? [];
    return { actions: facing(request), models: oneOf(name, model) };
  },
  '/feedback/{model}': ({ parameters }) => ({ actions: ['feedback'], models: oneOf(parameters.model) }),
  '/registry/{proxy+}': ({ method, parameters: { proxy = '' } }) => {
    const actions: Action[] = method === 'GET' ? ['read'] : ['write'];
    // whose spec it is stands in the body
    if (proxy === 'specs') return { actions, models: 'any' };
    const [, model] = /^models\/([^/]+)/.exec(proxy) ?? [];
    return { actions, models: model === undefined ? 'all' : oneOf(model) };
  },
};

/** What a request asks of a token's scopes. Paths that Millrace does not have need none: there is nothing behind them. */
export const neededAccess = (request: ApiRequest): NeededAccess =>
  Object.hasOwn(RULES, request.resource) ? (RULES[request.resource] as Rule)(request) : 'nothing';

/** Who may ask for predictions may look at what is asked for and answered. */
const facing = ({ method }: ApiRequest): readonly Action[] => (method === 'GET' ? ['read', 'predict'] : ['predict']);

function predicting(request: ApiRequest, path: RegExp): NeededAccess {
  const [, model] = path.exec(request.parameters.proxy ?? '') ?? [];
  return model === undefined ? 'nothing' : { actions: facing(request), models: oneOf(model) };
}

/** A name that no model can have is for the function to refuse, in words of its own. */
function oneOf(...names: readonly (string | undefined)[]): 'any' | readonly string[] {
  const models = names.filter((name): name is string => name !== undefined && isModelName(name));
  return models.length > 0 ? models : 'any';
}

/**
 * @returns the models that the request may be about, or the scope that is missing. The function behind it holds the model that
 * it resolved against them.
 */
export function decideAccess(
  scopes: readonly string[],
  needed: NeededAccess,
): { readonly models: Models } | { readonly missing: string } {
  if (needed === 'nothing') return { models: [] };
  const models = modelsFor(scopes, needed.actions);
  const [action = 'read'] = needed.actions;
  if (needed.models === 'all') return models === '*' ? { models } : { missing: scopeFor(action, '*') };
  if (needed.models === 'any') {
    return models.length > 0 ? { models } : { missing: scopeFor(action, '<model>') };
  }
  const allowed = needed.models.filter((model) => covers(models, model));
  if (allowed.length > 0) return { models: allowed };
  return { missing: scopeFor(action, needed.models.at(-1) as string) };
}
