export * from './binned-wasserstein.ts';
export * from './differences.ts';
export * from './divergences.ts';
export * from './epsilon.ts';
export * from './samples.ts';
