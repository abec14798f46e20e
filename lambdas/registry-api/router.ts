import type { RestEvent, RestResponse } from '../runtime/http.ts';
import type { RegistryApiDeps } from './ports.ts';

export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: RestEvent['body'];
  readonly by: string;
  /** Where the API is; undefined where the gateway does not say. */
  readonly url: string | undefined;
  /** @throws ForbiddenError for a token that is not for this model; undefined = for what is about all of them */
  readonly allow: (model: string | undefined) => void;
  readonly deps: RegistryApiDeps;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `models/:model/specs/:id`, below `/registry/` */
  readonly path: string;
  /** Of which model it is stands in the body: the route asks `allow` by itself. */
  readonly modelInBody?: true;
  readonly handle: (call: Call) => Promise<RestResponse>;
}

export type Match =
  | { readonly route: Route; readonly params: Record<string, string> }
  /** Methods the path has, none when there is no such path. */
  | { readonly allowed: readonly string[] };

function paramsOf(pattern: string, path: readonly string[]): Record<string, string> | undefined {
  const parts = pattern.split('/');
  if (parts.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const given = path[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = given;
    else if (part !== given) return undefined;
  }
  return params;
}

/** Segments as the caller meant them; one that cannot be decoded stays as it is. */
export function segments(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}

export function match(routes: readonly Route[], method: string, path: string): Match {
  const parts = segments(path);
  const fitting = routes.flatMap((route) => {
    const params = paramsOf(route.path, parts);
    return params ? [{ route, params }] : [];
  });
  const found = fitting.find(({ route }) => route.method === method);
  return found ?? { allowed: [...new Set(fitting.map(({ route }) => route.method))] };
}
