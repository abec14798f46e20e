/** ln Σ exp(values), without overflow; −Infinity of none. */
export function logSumExp(values: readonly number[]): number {
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return most + Math.log(sum);
}

/** ln of the mean of exp(values): the mean of several e-processes is one. */
export const logMeanExp = (values: readonly number[]): number => logSumExp(values) - Math.log(values.length);
