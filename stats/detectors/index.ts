export * from './adwin.ts';
export * from './ddm.ts';
export type { Detection, Detector, Signal } from './detector.ts';
export * from './page-hinkley.ts';
