export * from './align-histograms.ts';
export * from './equal-width.ts';
export * from './histogram.ts';
export * from './join-sparse.ts';
export * from './reference-quantiles.ts';
export * from './value-counts.ts';
