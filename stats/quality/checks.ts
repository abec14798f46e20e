/** @throws RangeError unless both have as many entries */
export function checkLengths(
  name: string,
  values: ArrayLike<number>,
  otherName: string,
  others: ArrayLike<number>,
): void {
  if (values.length !== others.length) {
    throw new RangeError(`${name} and ${otherName} must be as many, got ${values.length} and ${others.length}`);
  }
}

/** @throws RangeError */
export function checkEach(
  name: string,
  values: ArrayLike<number>,
  allowed: string,
  isAllowed: (value: number) => boolean,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!isAllowed(value)) throw new RangeError(`${name}[${i}] must be ${allowed}, got ${value}`);
  }
}

export const isProbability = (value: number): boolean => value >= 0 && value <= 1;
export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

export const checkNumbers = (name: string, values: ArrayLike<number>): void =>
  checkEach(name, values, 'a number', (value) => !Number.isNaN(value));
export const checkFinite = (name: string, values: ArrayLike<number>): void =>
  checkEach(name, values, 'a finite number', Number.isFinite);
export const checkProbabilities = (name: string, values: ArrayLike<number>): void =>
  checkEach(name, values, 'within 0 and 1', isProbability);
export const checkBinaryLabels = (labels: ArrayLike<number>): void =>
  checkEach('labels', labels, '0 or 1', (label) => label === 0 || label === 1);

/** @throws RangeError */
export function checkThreshold(threshold: number): void {
  if (Number.isNaN(threshold)) throw new RangeError('threshold must be a number, got NaN');
}

/** Sum of `term(i)` over `count` rows, divided by `count`; NaN for no rows. */
export function meanOf(count: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum / count;
}
