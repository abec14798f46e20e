/** Latencies are counted at points that lie evenly on a logarithmic scale, so that a test of means is one of ratios; ms. */
export const LATENCY_BINS = 32;
export const SHORTEST_MS = 1;
export const LONGEST_MS = 30_000;
/** Predictions are counted at points that lie evenly on their range, or by class; classes from the last bin on are one. */
export const PREDICTION_BINS = 21;
/** Mean losses of requests, evenly from 0 to 1. */
export const LOSS_BINS = 11;
/** A labelled request is stored as so many parts, so that what is added to a bin is whole and taken back exactly. */
export const LOSS_PARTS = 1_000;
/** Rows of a request whose predictions are kept for their labels, and for how long. */
export const JUDGED_ROWS = 32;
export const JUDGED_DAYS = 30;
/** Standard deviations of the champion's training labels, either side of their mean, that predictions are counted between. */
export const RANGE_DEVIATIONS = 3;

/** The error of a regression that counts as a whole loss: one standard deviation of the labels. */
export const lossScale = ([low, high]: readonly [number, number]): number => (high - low) / (2 * RANGE_DEVIATIONS);

/** What the attributes of a counts item are called, before the number of the bin: short, since each is in every write. */
export const BIN_NAMES = { latency: 'l', prediction: 'p', loss: 'q' } as const;

/**
 * The point that a value is counted at: one of its two neighbours, by chance, the nearer the likelier. The mean of what is
 * counted is that of the values themselves, whatever the bins are.
 *
 * @param place in [0, 1]; what lies outside counts as the end
 * @param random in [0, 1)
 */
export function binAt(place: number, bins: number, random: number): number {
  const at = Math.min(1, Math.max(0, place)) * (bins - 1);
  const low = Math.floor(at);
  return random < at - low ? low + 1 : low;
}

/** Where a latency lies between SHORTEST_MS and LONGEST_MS on a logarithmic scale. */
export const latencyPlace = (ms: number): number => Math.log(ms / SHORTEST_MS) / Math.log(LONGEST_MS / SHORTEST_MS);

/** Points of a grid over [0, 1]. */
export const gridOf = (bins: number): number[] => Array.from({ length: bins }, (_, i) => i / (bins - 1));

/** The latency that `share` of the requests do not exceed, to the next point they are counted at; undefined of none. */
export function percentileMs(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let below = 0;
  const bin = counts.findIndex((count) => {
    below += count;
    return below >= share * total;
  });
  return SHORTEST_MS * (LONGEST_MS / SHORTEST_MS) ** (bin / (LATENCY_BINS - 1));
}
