export * from './disparity.ts';
