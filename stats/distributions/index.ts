export * from './binomial.ts';
export * from './chi-squared.ts';
export * from './hypergeometric.ts';
