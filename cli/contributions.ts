/** The tensor `contributions` of an answer to a request with `explain`. */
export interface ContributionsTensor {
  /** `[rows, features + 1]`, or `[rows, classes, features + 1]` */
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
  readonly parameters?: { readonly contribution_names: readonly string[] } | undefined;
}

/** What each feature adds to a margin, and what the margin is before any feature is known. */
export interface Explained {
  readonly contributions: Readonly<Record<string, number>>;
  readonly bias: number;
}

const SHOWN = 3;

/** @returns one explanation per margin of a row: one per class of a multiclass model, otherwise a single one */
export function explainedRow({ shape, data, parameters }: ContributionsTensor, row: number): Explained[] {
  const width = shape.at(-1) ?? 1;
  const groups = shape.length === 3 ? (shape[1] ?? 1) : 1;
  const names = parameters?.contribution_names.slice(0, -1) ?? [];
  return Array.from({ length: groups }, (_, group) => {
    const from = (row * groups + group) * width;
    return {
      contributions: Object.fromEntries(names.map((name, i) => [name, Number(data[from + i])])),
      bias: Number(data[from + width - 1]),
    };
  });
}

/** The three that count for most in either direction, largest first: `age +2.25, plan -0.1`; none that is 0. */
export function largestContributions({ contributions }: Explained): string {
  return Object.entries(contributions)
    .filter(([, value]) => value !== 0)
    .sort(([, one], [, other]) => Math.abs(other) - Math.abs(one))
    .slice(0, SHOWN)
    .map(([name, value]) => `${name} ${value > 0 ? '+' : ''}${Number(value.toPrecision(3))}`)
    .join(', ');
}
