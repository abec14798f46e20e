/** Nodes per half wave; doubling them changes nothing at 1e-14. */
const NODES = 64;

/**
 * P(ω² > x) of the limit of Cramér and von Mises' statistic, by Smirnov's integral: with y² for his variable,
 * (2/π) Σ (−1)^(k − 1) ∫ √(y / |sin y|) e^(−x y²/2) / y dy over ((2k − 1)π, 2kπ). The first waves carry the tail, so that
 * small probabilities keep their digits: relative error below 1e-11 from x = 0.1 on, absolute below 1e-13 everywhere.
 *
 * @returns in [0, 1]; 1 for x <= 0.003, where P is 1 to twelve digits
 * @throws RangeError for NaN
 * @see Smirnov (1936), "Sur la distribution de ω²"
 * @see Anderson, Darling (1952), "Asymptotic theory of certain goodness of fit criteria", 4.35 (the cdf by Bessel functions)
 */
export function cramerVonMisesLimitSurvival(x: number): number {
  if (Number.isNaN(x)) throw new RangeError('the Cramér–von Mises distribution has no value at NaN');
  if (x <= 0.003) return 1;
  let total = 0;
  for (let k = 1; ; k++) {
    const wave = overHalfWave(x, (2 * k - 1) * Math.PI);
    total += k % 2 === 1 ? wave : -wave;
    if (wave <= total * 1e-17) return Math.min(1, Math.max(0, (2 / Math.PI) * total));
  }
}

/** The ends are singular like 1/√distance: y = start + π (1 − cos θ)/2 takes that away, and the midpoint rule is exact. */
function overHalfWave(x: number, start: number): number {
  let total = 0;
  for (let i = 0; i < NODES; i++) {
    const theta = (Math.PI * (i + 0.5)) / NODES;
    const y = start + Math.PI * Math.sin(theta / 2) ** 2;
    // |sin y| over sin² θ stays away from 0
    const root = Math.sqrt(Math.abs(Math.sin(Math.PI * Math.sin(theta / 2) ** 2)));
    total += ((Math.PI / 2) * Math.sin(theta) * Math.exp((-x * y * y) / 2)) / (root * Math.sqrt(y));
  }
  return (total * Math.PI) / NODES;
}

/**
 * P(T >= t) of the two-sample statistic for samples without ties, exact: every interleaving is counted. For some 20 values
 * on either side; time grows with n m and the number of different statistics.
 *
 * @param u n Σ (rank of the i-th of a − i)² + m Σ (rank of the j-th of b − j)², the form with whole numbers
 * @param n size of a
 * @param m size of b
 * @returns in [0, 1]
 * @throws RangeError unless n and m are whole, at least 1 and together at most 40
 * @see Anderson (1962), "On the distribution of the two-sample Cramér–von Mises criterion"
 * @see Xiao, Gordon, Yakovlev (2006), "A C++ program for the Cramér–von Mises two-sample test"
 */
export function cramerVonMisesTwoSampleSurvival(u: number, n: number, m: number): number {
  if (!(Number.isSafeInteger(n) && Number.isSafeInteger(m) && n >= 1 && m >= 1 && n + m <= 40) || Number.isNaN(u)) {
    throw new RangeError(`no exact Cramér–von Mises distribution for sizes ${n} and ${m} at ${u}`);
  }
  const divisor = greatestCommonDivisor(n, m);
  const [a, b] = [n / divisor, m / divisor];
  // U of a path is a linear function of its Σ (b i − a j)²; ties make fractions, which scipy cuts off too
  const least = Math.floor(((n + m) * (6 * u - n * m * (4 * n * m - 1))) / (6 * divisor ** 2));
  // counts of paths by their sum, for each number of b so far
  let column: Map<number, number>[] = [];
  for (let i = 0; i <= n; i++) {
    const next: Map<number, number>[] = [];
    for (let j = 0; j <= m; j++) {
      const here = (b * i - a * j) ** 2;
      const sums = new Map<number, number>();
      if (i === 0 && j === 0) sums.set(0, 1);
      for (const before of [column[j], next[j - 1]]) {
        if (!before) continue;
        for (const [sum, paths] of before) sums.set(sum + here, (sums.get(sum + here) ?? 0) + paths);
      }
      next.push(sums);
    }
    column = next;
  }
  let [reach, all] = [0, 0];
  for (const [sum, paths] of column[m] as Map<number, number>) {
    all += paths;
    if (sum >= least) reach += paths;
  }
  return reach / all;
}

function greatestCommonDivisor(n: number, m: number): number {
  return m === 0 ? n : greatestCommonDivisor(m, n % m);
}
