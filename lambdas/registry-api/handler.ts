import { caller, RestEvent, type RestResponse, requireAccess } from '../runtime/http.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { batchRoutes } from './batch-routes.ts';
import { datasetRoutes } from './dataset-routes.ts';
import { monitorRoutes } from './monitor-routes.ts';
import { documentRoutes } from './open-api-route.ts';
import type { RegistryApiDeps } from './ports.ts';
import { problem, toProblem } from './problems.ts';
import { readRoutes } from './read-routes.ts';
import { rolloutRoutes } from './rollout-routes.ts';
import { type Call, match, type Route } from './router.ts';
import { writeRoutes } from './write-routes.ts';

const ROUTES = [...readRoutes, ...datasetRoutes, ...batchRoutes, ...monitorRoutes, ...rolloutRoutes, ...writeRoutes];

export const makeHandler =
  (deps: RegistryApiDeps) =>
  async (input: unknown): Promise<RestResponse> => {
    const event = parseInput(RestEvent, input);
    const by = caller(event);
    const { httpMethod: method, body, isBase64Encoded } = event;
    const { model: documented = '', proxy } = event.pathParameters ?? {};
    const found = proxy === undefined ? match(documentRoutes, method, documented) : match(ROUTES, method, proxy);
    if (!('route' in found)) return unknownRoute(method, event.path, found.allowed);
    const { route, params } = found;
    const text = isBase64Encoded && body ? Buffer.from(body, 'base64').toString() : body;
    const { model } = params;
    const url = rootUrl(event);
    const allow = (of: string | undefined) => requireAccess(event, of);
    const call = { params, query: event.queryStringParameters ?? {}, body: text, by, url, allow, deps };
    const response = await answer(route, call).catch(toProblem);
    // never the body: a spec may name what its owner would not want in a log
    logger.info('registry-call', { method, route: route.path, model, by, status: response.statusCode });
    return response;
  };

async function answer(route: Route, call: Call): Promise<RestResponse> {
  if (route.modelInBody !== true) call.allow(call.params.model);
  return route.handle(call);
}

/** Where the caller reached the API. */
function rootUrl({ requestContext: { domainName, stage } }: RestEvent): string | undefined {
  return domainName === undefined ? undefined : `https://${domainName}/${stage ?? ''}`;
}

function unknownRoute(method: string, path: string, allowed: readonly string[]): RestResponse {
  if (allowed.length === 0) return problem(404, 'NotFoundError', `there is nothing at ${path}`);
  const refused = problem(405, 'MethodNotAllowed', `${path} takes ${allowed.join(', ')}, not ${method}`);
  return { ...refused, headers: { ...refused.headers, allow: allowed.join(', ') } };
}
