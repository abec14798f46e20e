import { createHash } from 'node:crypto';
import { validationException } from './protocol.ts';
import type { NumericRange, ParameterRanges } from './schemas/tuning.ts';

export type Candidate = Readonly<Record<string, string>>;

/** How often a random candidate is drawn again before a repetition is accepted. */
const DRAWS = 20;

/** Every combination of categorical values, the last range varying fastest. */
export function gridCandidates(ranges: ParameterRanges): Candidate[] {
  if (ranges.IntegerParameterRanges?.length || ranges.ContinuousParameterRanges?.length) {
    throw validationException('Strategy Grid supports only CategoricalParameterRanges');
  }
  return (ranges.CategoricalParameterRanges ?? []).reduce<Candidate[]>(
    (candidates, { Name, Values }) =>
      candidates.flatMap((candidate) => Values.map((value) => ({ ...candidate, [Name]: value }))),
    [{}],
  );
}

/** Candidates that depend only on the ranges and the seed. */
export function* randomCandidates(ranges: ParameterRanges, seed: number, count: number): Generator<Candidate, void> {
  const random = mulberry32(seed);
  const seen = new Set<string>();
  for (let drawn = 0; drawn < count; drawn++) {
    let candidate = draw(ranges, random);
    for (let i = 1; i < DRAWS && seen.has(JSON.stringify(candidate)); i++) candidate = draw(ranges, random);
    seen.add(JSON.stringify(candidate));
    yield candidate;
  }
}

/** A seed for jobs that give none, so that a job of one name always tries the same candidates. */
export const seedOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE(0);

/** @throws AwsError a ValidationException for ranges that are empty, inverted or cannot be scaled */
export function checkRanges(ranges: ParameterRanges, staticNames: readonly string[]): void {
  const numeric = [
    ...(ranges.IntegerParameterRanges ?? []).map((range) => ({ range, integer: true })),
    ...(ranges.ContinuousParameterRanges ?? []).map((range) => ({ range, integer: false })),
  ];
  const names = [
    ...numeric.map(({ range }) => range.Name),
    ...(ranges.CategoricalParameterRanges ?? []).map((r) => r.Name),
  ];
  if (names.length === 0) throw validationException('ParameterRanges must contain at least one range');
  const fixed = names.find((name) => staticNames.includes(name));
  if (fixed) throw validationException(`${fixed} must be either tuned or in StaticHyperParameters, not both`);
  if (new Set(names).size < names.length)
    throw validationException('ParameterRanges must not name a hyperparameter twice');
  for (const { range, integer } of numeric) checkRange(range, integer);
}

function checkRange({ Name, MinValue, MaxValue, ScalingType }: NumericRange, integer: boolean): void {
  const [min, max] = [Number(MinValue), Number(MaxValue)];
  const problem =
    min > max
      ? 'MinValue must not be greater than MaxValue'
      : integer && !(Number.isSafeInteger(min) && Number.isSafeInteger(max))
        ? 'MinValue and MaxValue must be integers'
        : ScalingType === 'Logarithmic' && min <= 0
          ? 'MinValue must be greater than 0 for ScalingType Logarithmic'
          : ScalingType === 'ReverseLogarithmic' && (integer || min < 0 || max >= 1)
            ? 'ScalingType ReverseLogarithmic needs a continuous range within [0, 1)'
            : undefined;
  if (problem) throw validationException(`The range of ${Name} is invalid: ${problem}, got ${MinValue} to ${MaxValue}`);
}

function draw(ranges: ParameterRanges, random: () => number): Candidate {
  const integers = (ranges.IntegerParameterRanges ?? []).map((range) => [range.Name, drawInteger(range, random())]);
  const reals = (ranges.ContinuousParameterRanges ?? []).map((range) => [range.Name, drawReal(range, random())]);
  const categories = (ranges.CategoricalParameterRanges ?? []).map(({ Name, Values }) => [
    Name,
    Values[Math.floor(random() * Values.length)],
  ]);
  return Object.fromEntries([...integers, ...reals, ...categories]) as Candidate;
}

function drawInteger({ MinValue, MaxValue, ScalingType }: NumericRange, u: number): string {
  const [min, max] = [Number(MinValue), Number(MaxValue)];
  const value =
    ScalingType === 'Logarithmic'
      ? Math.round(Math.exp(between(Math.log(min), Math.log(max), u)))
      : Math.floor(min + u * (max - min + 1));
  return String(Math.min(max, Math.max(min, value)));
}

function drawReal({ MinValue, MaxValue, ScalingType }: NumericRange, u: number): string {
  const [min, max] = [Number(MinValue), Number(MaxValue)];
  const value =
    ScalingType === 'Logarithmic'
      ? Math.exp(between(Math.log(min), Math.log(max), u))
      : ScalingType === 'ReverseLogarithmic'
        ? 1 - Math.exp(between(Math.log(1 - max), Math.log(1 - min), u))
        : between(min, max, u);
  return String(Math.min(max, Math.max(min, value)));
}

const between = (a: number, b: number, u: number): number => a + u * (b - a);

/** Uniform numbers in [0, 1) from a 32-bit state. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
