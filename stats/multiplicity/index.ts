export * from './adjusted-p-values.ts';
export * from './false-discovery.ts';
