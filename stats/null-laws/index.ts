export * from './binned.ts';
export * from './distribution-functions.ts';
export * from './simulated.ts';
export { effectiveRows, type SampleSizes } from './sizes.ts';
