export * from './evidence.ts';
export * from './mean-difference.ts';
export * from './mean-limit.ts';
export * from './proportion-limit.ts';
