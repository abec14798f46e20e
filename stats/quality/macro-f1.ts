/**
 * Standard error of the macro F1 of classes, by the delta method over the cells of the confusion matrix (a multinomial):
 * F1 of class k is 2 n_kk / (row k + column k), of which a row in cell (i, j) changes the i-th and the j-th. Classes that
 * neither rows nor predictions have are left out of the mean, as in `classFigures`.
 *
 * @param confusion rows that have class i and are predicted class j at `[i][j]`
 * @returns NaN for no rows
 * @see Takahashi, Yamamoto, Kuchiba, Koyama (2022), "Confidence interval for micro-averaged F1 and macro-averaged F1 scores"
 */
export function macroF1StandardError(confusion: readonly (readonly number[])[]): number {
  const sizes = confusion.map((row, k) => {
    let size = 0;
    for (let i = 0; i < row.length; i++) size += (row[i] as number) + (confusion[i]?.[k] as number);
    return size;
  });
  const classes = sizes.filter((size) => size > 0).length;
  const hit = sizes.map((size) => (size === 0 ? 0 : 1 / size));
  const f1 = confusion.map((row, k) => 2 * (row[k] as number) * (hit[k] as number));
  let variance = 0;
  for (const [i, row] of confusion.entries()) {
    for (const [j, rows] of row.entries()) {
      if (rows === 0) continue;
      const own = i === j ? 2 * (hit[i] as number) : 0;
      const slope = own - (f1[i] as number) * (hit[i] as number) - (f1[j] as number) * (hit[j] as number);
      // the slopes sum to 0 over the rows: F1 does not depend on how many there are
      variance += rows * (slope / classes) ** 2;
    }
  }
  return classes === 0 ? Number.NaN : Math.sqrt(variance);
}
