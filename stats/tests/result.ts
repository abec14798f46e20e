/** What every test returns; `method` and degrees of freedom stand beside it where there is a choice. */
export interface TestResult {
  readonly statistic: number;
  /** In [0, 1]: the probability, without any difference, of a statistic at least this extreme. */
  readonly pValue: number;
}

/** Of one-sided tests: `greater` asks whether a exceeds b. */
export type Alternative = 'two-sided' | 'less' | 'greater';
