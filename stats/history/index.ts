export type { Allowed, Factors, HistoryRange, Insufficient } from './allowed.ts';
export * from './centre.ts';
export * from './centred.ts';
export * from './change.ts';
export * from './holt-winters.ts';
export * from './normal.ts';
