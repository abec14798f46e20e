export * from './disparity.ts';
export * from './drift.ts';
export { type FacetCounts, labelsOf, predictionsOf } from './facets.ts';
export * from './fairness.ts';
export * from './intervals.ts';
export * from './post-training.ts';
export * from './pre-training.ts';
