import { type Gate, LOWER_IS_BETTER } from '../spec/evaluation.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { ChampionJudgement, GateOutcome, Judgement } from './evaluation.ts';

export interface GateDecision {
  readonly passed: boolean;
  readonly outcomes: readonly GateOutcome[];
}

/** Differences of two figures are taken to be this exact. */
const SLACK = 1e-12;

/** Passes only if every gate does. A figure that is missing or undefined fails its gate: no news is bad news. */
export function decideGates(
  spec: ModelSpec,
  candidate: Judgement,
  champion: ChampionJudgement | undefined,
): GateDecision {
  const { gates, minHoldoutRows } = spec.evaluation;
  const enough = candidate.rows >= minHoldoutRows;
  const outcomes = gates.map((gate): GateOutcome => {
    if (enough) return { gate, ...OUTCOMES[gate.type](gate as never, candidate, champion) };
    return { gate, passed: false, reason: `${candidate.rows} holdout rows, at least ${minHoldoutRows} are needed` };
  });
  return { passed: outcomes.length > 0 && outcomes.every(({ passed }) => passed), outcomes };
}

type Outcome = Omit<GateOutcome, 'gate'>;
type GateOf<T extends Gate['type']> = Extract<Gate, { type: T }>;

const OUTCOMES: {
  [T in Gate['type']]: (gate: GateOf<T>, candidate: Judgement, champion: ChampionJudgement | undefined) => Outcome;
} = {
  absolute: (gate, { metrics }) => within(gate, metrics[gate.metric], gate.metric),
  champion: championOutcome,
  slice: sliceOutcome,
  fairness: fairnessOutcome,
};

interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function within({ min, max }: Bounds, value: number | undefined, what: string): Outcome {
  if (value === undefined || !Number.isFinite(value)) return { passed: false, reason: `${what} is undefined here` };
  if (min === undefined && max === undefined) return { passed: false, value, reason: 'the gate has no min and no max' };
  if (min !== undefined && value < min) return { passed: false, value, reason: `${what} ${text(value)} < ${min}` };
  if (max !== undefined && value > max) return { passed: false, value, reason: `${what} ${text(value)} > ${max}` };
  const bounds = [...(min === undefined ? [] : [`>= ${min}`]), ...(max === undefined ? [] : [`<= ${max}`])];
  return { passed: true, value, reason: `${what} ${text(value)} ${bounds.join(' and ')}` };
}

function championOutcome(
  { metric, margin }: GateOf<'champion'>,
  candidate: Judgement,
  champion: ChampionJudgement | undefined,
): Outcome {
  const value = candidate.metrics[metric];
  if (value === undefined || !Number.isFinite(value)) return { passed: false, reason: `${metric} is undefined here` };
  if (!champion) return { passed: true, value, reason: 'there is no champion yet: this is the first model' };
  const theirs = champion.metrics[metric];
  if (theirs === undefined || !Number.isFinite(theirs)) {
    const why = champion.problem ?? `its ${metric} is undefined here`;
    return { passed: false, value, reason: `champion ${champion.version} cannot be compared with: ${why}` };
  }
  const gain = LOWER_IS_BETTER.has(metric) ? theirs - value : value - theirs;
  const passed = gain >= margin - SLACK;
  const where = champion.basis === 'recorded' ? ', as recorded on its own holdout' : '';
  const against = `${metric} ${text(value)} against champion ${champion.version}'s ${text(theirs)}${where}`;
  return { passed, value, reason: `${against}: better by ${text(gain)}, at least ${margin} is asked for` };
}

function sliceOutcome(gate: GateOf<'slice'>, { slices }: Judgement): Outcome {
  const own = slices.filter(({ column, rows }) => column === gate.column && rows >= gate.minRows);
  if (own.length === 0) return { passed: false, reason: `no value of ${gate.column} has ${gate.minRows} holdout rows` };
  const outcomes = own.map((slice) =>
    within(gate, slice.metrics[gate.metric], `${gate.column} = ${slice.value ?? '(missing)'}: ${gate.metric}`),
  );
  const failed = outcomes.filter(({ passed }) => !passed);
  if (failed.length > 0) return { ...(failed[0] as Outcome), reason: reasons(failed) };
  const lower = LOWER_IS_BETTER.has(gate.metric);
  const worst = outcomes.reduce((a, b) => ((b.value ?? 0) < (a.value ?? 0) !== lower ? b : a));
  return { ...worst, reason: `worst of ${own.length}: ${worst.reason}` };
}

function fairnessOutcome(gate: GateOf<'fairness'>, { fairness }: Judgement): Outcome {
  const report = fairness.find(({ column, minRows }) => column === gate.column && minRows === gate.minRows);
  const groups = report?.groups.length ?? 0;
  if (!report || groups < 2) {
    return {
      passed: false,
      reason: `${groups} groups of ${gate.column} have ${gate.minRows} holdout rows, 2 are needed`,
    };
  }
  return within(gate, report.metrics[gate.metric], `${gate.column}: ${gate.metric}`);
}

/** A gate's reason stays readable whatever the number of slices. */
const REASONS_LIMIT = 5;

function reasons(failed: readonly Outcome[]): string {
  const named = failed.slice(0, REASONS_LIMIT).map(({ reason }) => reason);
  const more = failed.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const text = (value: number): string => String(Number(value.toPrecision(6)));
