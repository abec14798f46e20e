export * from './evidence.ts';
export * from './mean-difference.ts';
export * from './proportion-limit.ts';
