export * from './false-discovery.ts';
