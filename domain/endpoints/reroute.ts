import type { Traffic } from '../registry/entities.ts';

export type Routes = Traffic['routes'];

/**
 * Where requests go while some endpoints do not answer: their share goes to the routes that do, in the proportions those
 * have; if none of those had traffic, all of it to the one `preferred`, or else to the newest. With nobody to take over the
 * routes stay as they were meant.
 *
 * @param intended how the routes were meant, with weights that sum to 1
 * @param serves whether a version answers with what was verified
 * @param mayTakeOver of the versions that answer: whether it may get more than it was given
 */
export function reroute(
  intended: Routes,
  serves: (version: number) => boolean,
  mayTakeOver: (version: number) => boolean,
  preferred?: number,
): Routes {
  const down = intended.filter((route) => route.weight > 0 && !serves(route.version));
  if (down.length === 0) return intended;
  const takers = intended.filter(
    // a batch target answers nobody
    (route) => route.target.kind !== 'batch' && serves(route.version) && mayTakeOver(route.version),
  );
  if (takers.length === 0) return intended;
  const lost = down.reduce((sum, route) => sum + route.weight, 0);
  const held = takers.reduce((sum, route) => sum + route.weight, 0);
  const [newest] = [...takers].sort((a, b) => rank(b.version, preferred) - rank(a.version, preferred));
  const gains = (route: Routes[number]): number => {
    if (!takers.includes(route)) return 0;
    if (held > 0) return (lost * route.weight) / held;
    return route === newest ? lost : 0;
  };
  return intended.map((route) => ({ ...route, weight: down.includes(route) ? 0 : route.weight + gains(route) }));
}

const rank = (version: number, preferred: number | undefined): number =>
  version === preferred ? Number.POSITIVE_INFINITY : version;

export const sameRoutes = (a: Routes, b: Routes): boolean =>
  a.length === b.length &&
  a.every(({ version, weight }, i) => version === b[i]?.version && Math.abs(weight - b[i].weight) < 1e-9);
