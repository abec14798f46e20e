export * from './calibration.ts';
export * from './confusion.ts';
export * from './multiclass.ts';
export * from './probability.ts';
export * from './ranking.ts';
export * from './regression.ts';
