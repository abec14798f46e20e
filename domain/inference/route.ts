import type { Traffic } from '../registry/entities.ts';

export type Route = Traffic['routes'][number];

/**
 * Picks a route by weight.
 *
 * @param position in [0, 1): a random number, or `stickyPosition` for a caller that is to stay with one version. A
 * candidate's route stands last, so a step up only moves callers towards it.
 */
export function chooseRoute(routes: readonly Route[], position: number): Route {
  const live = routes.filter((route) => route.weight > 0);
  let upTo = 0;
  for (const route of live) {
    upTo += route.weight;
    if (position < upTo) return route;
  }
  // the sum of the weights may fall short of 1 by a rounding error
  const last = live.at(-1) ?? routes[0];
  if (!last) throw new RangeError('traffic needs at least one route');
  return last;
}

/** The same place in [0, 1) for the same key of a model, spread evenly over keys; other models place it elsewhere. */
export function stickyPosition(model: string, routingKey: string): number {
  // FNV-1a with the finalizer of MurmurHash3, whose high bits are even
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${model}\n${routingKey}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Who answers when `failed` cannot: the heaviest of the other routes. */
export function fallbackRoute(routes: readonly Route[], failed: Route): Route | undefined {
  return routes
    .filter((route) => route.version !== failed.version && route.weight > 0)
    .reduce<Route | undefined>((best, route) => (best && best.weight >= route.weight ? best : route), undefined);
}
