export * from './chi-squared.ts';
export * from './deequ-chi-squared.ts';
export * from './fisher-exact.ts';
export * from './kolmogorov-smirnov.ts';
export * from './result.ts';
export * from './student-t.ts';
export * from './two-proportions-z.ts';
