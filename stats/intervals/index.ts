export type { Interval } from './interval.ts';
export * from './mean.ts';
export * from './proportion.ts';
