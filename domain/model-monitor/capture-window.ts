import { referenceColumns } from '../profiles/columns.ts';
import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import { ProfileAccumulator } from '../profiles/profile-accumulator.ts';
import { numericCell, textCell } from './cells.ts';
import type { FeatureConstraints } from './constraints.ts';
import { domainOf, type Observed, type ObservedColumn, ofInferredType } from './observed.ts';
import type { CapturedOutput } from './outputs.ts';
import type { SageMakerCall } from './sagemaker-capture.ts';

/** What is counted in every window of a capture. */
export interface CapturePlan {
  /** Of the features, in the order of the calls' values. */
  readonly features: readonly ColumnProfile[];
  /** What predictions are counted as: the profile of what the model predicts. */
  readonly prediction?: ColumnProfile;
  readonly constraints: readonly FeatureConstraints[];
}

/** Share of calls with another number of values up to which they are damaged calls, and no change of the columns. */
const ODD_SHARE = 0.1;

/** Counts captured calls over the bins of a reference, in memory that does not grow with them. */
export class CaptureWindow {
  readonly #profiles: ProfileAccumulator;
  readonly #columns: readonly ColumnTally[];
  readonly #extra = new Set<string>();
  readonly #hasPrediction: boolean;
  #least = Number.POSITIVE_INFINITY;
  #most = 0;
  #oddCalls = 0;
  rows = 0;
  calls = 0;
  /** Rows for which an answer was captured. */
  predictions = 0;

  constructor({ features, prediction, constraints }: CapturePlan) {
    const columns = [...features, ...(prediction ? [prediction] : [])];
    this.#hasPrediction = prediction !== undefined;
    this.#profiles = new ProfileAccumulator(referenceColumns(columns));
    const byName = new Map(constraints.map((feature) => [feature.name, feature]));
    this.#columns = columns.map((column) => new ColumnTally(column, byName.get(column.name)));
  }

  add({ rows, outputs, missingColumns, extraColumns }: SageMakerCall): void {
    const missing = new Set(missingColumns);
    for (const column of this.#columns) if (!missing.has(column.name)) column.seen = true;
    for (const name of extraColumns) this.#extra.add(name);
    this.calls += 1;
    this.rows += rows.length;
    this.predictions += outputs?.length ?? 0;
    this.#profiles.add(
      rows.map((row, i) =>
        this.#columns.map((column, j) => column.take(j < row.length ? row[j] : outputValue(outputs?.[i]))),
      ),
    );
  }

  /** Of a call that could not be read because its rows have so many values. */
  addWidth(values: number): void {
    const width = values + Number(this.#hasPrediction);
    this.#oddCalls += 1;
    this.#least = Math.min(this.#least, width);
    this.#most = Math.max(this.#most, width);
  }

  /** Over the features and, if it is counted, the prediction. */
  profile(): Profile {
    return this.#profiles.profile();
  }

  /** Answers of the type of what the model predicts, which a probability is not where that is a label. */
  get fittingPredictions(): number {
    return this.#hasPrediction ? (this.#columns.at(-1)?.fitting ?? 0) : 0;
  }

  /** Columns that no call had are left out. */
  observed(): Observed {
    const { rows, columns } = this.profile();
    const seen = columns.flatMap((profile, i) => {
      const tally = this.#columns[i] as ColumnTally;
      return tally.seen ? [tally.observed(profile)] : [];
    });
    const none = { present: 0, missing: 0 };
    const extra = [...this.#extra].map((name): ObservedColumn => {
      return { name, ...none, profile: { name, type: 'string', count: 0, nulls: 0, nans: 0, infinities: 0 } };
    });
    const isOdd = this.#oddCalls > ODD_SHARE * (this.calls + this.#oddCalls);
    const width = isOdd ? { width: { least: this.#least, most: this.#most } } : {};
    return { rows, columns: [...seen, ...extra], ...width };
  }
}

/** Of several numbers the last: the positive class's probability. */
const outputValue = (output: CapturedOutput | undefined): unknown =>
  typeof output === 'object' ? output.at(-1) : output;

class ColumnTally {
  readonly name: string;
  readonly #read: typeof numericCell;
  readonly #domain: ReadonlySet<string> | undefined;
  readonly #type: string;
  readonly #counts = { missing: 0, integral: 0, fractional: 0, text: 0 };
  readonly #categories: ReadonlySet<string> | undefined;
  #inDomain = 0;
  #known = 0;
  seen = false;

  constructor(reference: ColumnProfile, constraints: FeatureConstraints | undefined) {
    this.name = reference.name;
    this.#read = reference.type === 'numeric' ? numericCell : textCell;
    this.#domain = constraints && domainOf(constraints);
    this.#type = constraints?.inferred_type ?? 'Unknown';
    this.#categories = reference.categories && new Set(reference.categories.values.map(([value]) => value));
  }

  take(raw: unknown): unknown {
    const { value, kind } = this.#read(raw);
    this.#counts[kind] += 1;
    if (kind !== 'missing') {
      if (this.#domain?.has(value as string)) this.#inDomain += 1;
      if (this.#categories?.has(value as string)) this.#known += 1;
    }
    return value;
  }

  get fitting(): number {
    if (this.#categories) return this.#known;
    return ofInferredType(this.#counts, this.#type === 'Unknown' ? 'Fractional' : this.#type) ?? 0;
  }

  observed(profile: ColumnProfile): ObservedColumn {
    const { missing, integral, fractional, text } = this.#counts;
    const ofType = ofInferredType(this.#counts, this.#type);
    return {
      name: this.name,
      present: integral + fractional + text,
      missing,
      ...(ofType !== undefined && { ofType }),
      ...(this.#domain && { inDomain: this.#inDomain }),
      profile,
    };
  }
}
