/** The definitions of engine/measure, written down row by row. */

type Value = string | number | boolean | null | undefined;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Middle ranks, from 1. */
function ranks(values: readonly number[]): number[] {
  return values.map(
    (value) =>
      values.filter((other) => other < value).length + (values.filter((other) => other === value).length + 1) / 2,
  );
}

/** |2 AUC − 1| over every pair of a positive and a negative. */
export function rankStrength(values: readonly number[], labels: readonly number[]): number {
  return Math.abs(2 * pairShare(values, labels) - 1);
}

function pairShare(scores: readonly number[], labels: readonly number[]): number {
  const positives = scores.filter((_, i) => labels[i] === 1);
  const negatives = scores.filter((_, i) => labels[i] === 0);
  const wins = positives.map((p) => total(negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0))));
  return total(wins) / (positives.length * negatives.length);
}

/** Between-class sum of squares of the ranks over that of the same classes sorted apart. */
export function classRankStrength(values: readonly number[], labels: readonly number[]): number {
  const sorted = labels.toSorted((a, b) => a - b);
  const between = (own: readonly number[], of: readonly number[]) => {
    const middle = (own.length + 1) / 2;
    return total(
      [...new Set(of)].map((label) => {
        const group = own.filter((_, i) => of[i] === label);
        return group.length * (total(group) / group.length - middle) ** 2;
      }),
    );
  };
  const best = between(
    sorted.map((_, i) => i + 1),
    sorted,
  );
  return Math.sqrt(between(ranks(values), labels) / best);
}

export function spearman(values: readonly number[], labels: readonly number[]): number {
  const [x, y] = [ranks(values), ranks(labels)];
  const [mx, my] = [total(x) / x.length, total(y) / y.length];
  const dot = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    total(a.map((value, i) => (value - ma) * ((b[i] as number) - mb)));
  const scale = Math.sqrt(dot(x, mx, x, mx) * dot(y, my, y, my));
  return scale === 0 ? 0 : Math.abs(dot(x, mx, y, my)) / scale;
}

/** Mean of `of` over the other rows of the category and one row with the overall mean. */
function othersMean(categories: readonly Value[], of: readonly number[], i: number): number {
  const prior = total(of) / of.length;
  const others = of.filter((_, j) => j !== i && categories[j] === categories[i]);
  return (total(others) + prior) / (others.length + 1);
}

/** Pairs of one category count one half. */
export function categoryStrength(categories: readonly Value[], labels: readonly number[]): number {
  const scores = labels.map((_, i) => othersMean(categories, labels, i));
  let wins = 0;
  let pairs = 0;
  for (const [i, a] of labels.entries()) {
    for (const [j, b] of labels.entries()) {
      if (a !== 1 || b !== 0) continue;
      pairs += 1;
      const gap = (scores[i] as number) - (scores[j] as number);
      const tied = categories[i] === categories[j] || Math.abs(gap) < 1e-12;
      wins += tied ? 0.5 : gap > 0 ? 1 : 0;
    }
  }
  return Math.max(0, (2 * wins) / pairs - 1);
}

export function brierStrength(categories: readonly Value[], labels: readonly number[]): number {
  let [sse, sst] = [0, 0];
  for (const label of new Set(labels)) {
    const is = labels.map((other) => (other === label ? 1 : 0));
    const prior = total(is) / is.length;
    sse += total(is.map((value, i) => (value - othersMean(categories, is, i)) ** 2));
    sst += total(is.map((value) => (value - prior) ** 2));
  }
  return Math.sqrt(Math.max(0, 1 - sse / sst));
}

/** @param labels of all rows: they are ranked among them @param present rows that have a category */
export function meanStrength(categories: readonly Value[], labels: readonly number[]): number {
  const all = ranks(labels).map((rank) => (rank - 0.5) / labels.length - 0.5);
  const present = [...categories.keys()].filter((i) => categories[i] !== null);
  const [own, y] = [present.map((i) => categories[i]), present.map((i) => all[i] as number)];
  const mean = total(y) / y.length;
  const sse = total(y.map((value, i) => (value - othersMean(own, y, i)) ** 2));
  return Math.sqrt(Math.max(0, 1 - sse / total(y.map((value) => (value - mean) ** 2))));
}
