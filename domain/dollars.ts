/** To a millionth, so that sums of cents stay what they are: 0.1 and 0.2 are 0.3. */
export const roundUsd = (usd: number): number => Math.round(usd * 1e6) / 1e6;

/** `1.5 USD` */
export const dollars = (usd: number): string => `${Number(usd.toPrecision(4))} USD`;
