import { logGamma } from './chi-squared.ts';

/**
 * P(X >= seen) where X is the number of marked rows among `draws` of `population` rows, `marked` of which are marked:
 * Fisher's exact test, one-sided. It holds at any sample size, also where nothing was expected at all.
 *
 * @returns in [0, 1]
 * @throws RangeError unless all are whole numbers, and draws and marked are within the population
 * @see Fisher (1935), "The logic of inductive inference"
 */
export function hypergeometricUpperTail(seen: number, draws: number, marked: number, population: number): number {
  const whole = [seen, draws, marked, population].every((count) => Number.isSafeInteger(count) && count >= 0);
  if (!whole || draws > population || marked > population) {
    throw new RangeError(`no hypergeometric distribution with ${seen} of ${draws} draws, ${marked} of ${population}`);
  }
  const least = Math.max(0, draws + marked - population);
  const most = Math.min(draws, marked);
  if (seen <= least) return 1;
  if (seen > most) return 0;
  const mean = (draws * marked) / population;
  // below the mean the lower tail is the shorter sum, and the better conditioned one
  if (seen <= mean) return Math.max(0, 1 - sumFrom(seen - 1, -1));
  return Math.min(1, sumFrom(seen, 1));

  function sumFrom(start: number, direction: 1 | -1): number {
    let term = Math.exp(
      logChoose(marked, start) + logChoose(population - marked, draws - start) - logChoose(population, draws),
    );
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

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
