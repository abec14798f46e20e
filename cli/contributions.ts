import type { Explanation } from '../client/index.ts';

const SHOWN = 3;

/** The three that count for most in either direction, largest first: `age +2.25, plan -0.1`; none that is 0. */
export function largestContributions({ contributions }: Explanation): string {
  return Object.entries(contributions)
    .filter(([, value]) => value !== 0)
    .sort(([, one], [, other]) => Math.abs(other) - Math.abs(one))
    .slice(0, SHOWN)
    .map(([name, value]) => `${name} ${value > 0 ? '+' : ''}${Number(value.toPrecision(3))}`)
    .join(', ');
}
