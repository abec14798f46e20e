export * from './run-length.ts';
