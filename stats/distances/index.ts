export * from './binned-wasserstein.ts';
export * from './differences.ts';
export * from './divergences.ts';
export * from './epsilon.ts';
export type { LogarithmBase } from './logarithm.ts';
export * from './samples.ts';
