/** A p-value in a table, of two digits: `0.19`, `3.9e-53`; 0 stands for less than 1e-100. */
export const probability = (pValue: number): string =>
  pValue === 0 ? '< 1e-100' : String(Number(pValue.toPrecision(2)));
