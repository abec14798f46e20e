import { NotFoundError } from '../../domain/common-errors.ts';
import { openApi } from '../../domain/inference/open-api.ts';
import { json } from '../runtime/http.ts';
import type { Route } from './router.ts';

/** `GET /models/{model}/openapi.json`: here and not in the router, which loads what a prediction needs and nothing else. */
export const documentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: ':model',
    handle: async ({ params: { model: name = '' }, url, deps: { registry, authorization } }) => {
      const traffic = await registry.findTraffic(name);
      if (!traffic) throw new NotFoundError(`traffic of ${name}`);
      const { version } = traffic.routes.reduce((most, route) => (route.weight > most.weight ? route : most));
      const { signature } = await registry.requireVersion(name, version);
      return json(200, openApi({ name, version, signature, authorization, url }));
    },
  },
];
