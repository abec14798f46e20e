import { binomialProbability } from './saddle-point.ts';

/**
 * P(X >= seen) where X is the number of marked rows among `draws` of `population` rows, `marked` of which are marked:
 * Fisher's exact test, one-sided. It holds at any sample size, also where nothing was expected at all.
 *
 * @returns in [0, 1]
 * @throws RangeError unless all are whole numbers, and draws and marked are within the population
 * @see Fisher (1935), "The logic of inductive inference"
 */
export function hypergeometricUpperTail(seen: number, draws: number, marked: number, population: number): number {
  check(seen, draws, marked, population);
  const least = Math.max(0, draws + marked - population);
  const most = Math.min(draws, marked);
  if (seen <= least) return 1;
  if (seen > most) return 0;
  const mean = (draws * marked) / population;
  // below the mean the lower tail is the shorter sum, and the better conditioned one
  if (seen <= mean) return Math.max(0, 1 - sumFrom(seen - 1, -1));
  return Math.min(1, sumFrom(seen, 1));

  function sumFrom(start: number, direction: 1 | -1): number {
    let term = hypergeometricProbability(start, draws, marked, population);
    let total = 0;
    for (let k = start; k >= least && k <= most; k += direction) {
      total += term;
      if (term <= total * Number.EPSILON) break;
      const others = population - marked - draws;
      term *=
        direction === 1
          ? ((marked - k) * (draws - k)) / ((k + 1) * (others + k + 1))
          : (k * (others + k)) / ((marked - k + 1) * (draws - k + 1));
    }
    return total;
  }
}

/**
 * P(X <= seen), as {@link hypergeometricUpperTail}: the upper tail of the rows that are not marked.
 *
 * @throws RangeError
 */
export function hypergeometricLowerTail(seen: number, draws: number, marked: number, population: number): number {
  check(seen, draws, marked, population);
  if (seen > draws) return 1;
  return hypergeometricUpperTail(draws - seen, draws, population - marked, population);
}

/**
 * P(X = seen), relative error below 1e-12; 0 outside the support.
 *
 * @throws RangeError as {@link hypergeometricUpperTail}
 */
export function hypergeometricProbability(seen: number, draws: number, marked: number, population: number): number {
  check(seen, draws, marked, population);
  if (seen < Math.max(0, draws + marked - population) || seen > Math.min(draws, marked)) return 0;
  if (draws === 0 || draws === population) return 1;
  // C(marked, k) C(rest, draws − k) / C(population, draws): three binomials at the sampling fraction
  const rest = population - marked;
  const at = (k: number, n: number) =>
    n === 0 ? 1 : binomialProbability(k, n, (n * draws) / population, (n * (population - draws)) / population);
  return (at(seen, marked) * at(draws - seen, rest)) / at(draws, population);
}

function check(seen: number, draws: number, marked: number, population: number): void {
  const whole = [seen, draws, marked, population].every((count) => Number.isSafeInteger(count) && count >= 0);
  if (!whole || draws > population || marked > population) {
    throw new RangeError(`no hypergeometric distribution with ${seen} of ${draws} draws, ${marked} of ${population}`);
  }
}
