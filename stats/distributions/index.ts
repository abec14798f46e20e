export * from './binomial.ts';
export * from './chi-squared.ts';
export * from './hypergeometric.ts';
export * from './kolmogorov.ts';
export * from './kolmogorov-one-sample.ts';
export * from './kolmogorov-two-sample.ts';
export * from './normal.ts';
export * from './student-t.ts';
