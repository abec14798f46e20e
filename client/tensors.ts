import { ApiError, type ApiProblem } from './api-error.ts';

/** What a feature adds to the margin (log-odds of a binary model), and the margin before any is known. */
export interface Explanation {
  readonly contributions: Readonly<Record<string, number>>;
  readonly bias: number;
}

export interface Field {
  readonly name: string;
  readonly datatype: string;
}

/** The Open Inference Protocol's metadata. */
export interface Metadata {
  readonly name: string;
  /** Those in service. */
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly (Field & { readonly shape: readonly number[] })[];
  readonly outputs: readonly (Field & { readonly shape: readonly number[] })[];
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
  readonly parameters?: { readonly contribution_names?: readonly string[] };
}

export interface InferAnswer {
  readonly model_version: string;
  readonly parameters: { readonly inference_id: string; readonly cache?: string };
  readonly outputs: readonly Tensor[];
}

/** What comes with the outputs of each row. */
export interface Answered {
  /** What feedback is given by. */
  readonly inferenceId: string;
  readonly version: number;
  /** Asked for with `explain`; of a multiclass model one per class. */
  readonly explanation?: Explanation | readonly Explanation[];
}

const CONTRIBUTIONS = 'contributions';

/** One tensor per column; a column that no row has is left out, and the API says that it is missing. */
export function tensorsOf(fields: readonly Field[], rows: readonly object[]) {
  const cellOf = (row: object, name: string): unknown =>
    Object.hasOwn(row, name) ? Reflect.get(row, name) : undefined;
  return fields
    .filter(({ name }) => rows.some((row) => cellOf(row, name) !== undefined))
    .map(({ name, datatype }) => ({
      name,
      datatype,
      shape: [rows.length],
      data: rows.map((row) => cellOf(row, name) ?? null),
    }));
}

/** @returns one object per row */
export function predictionsOf<Out>(answer: InferAnswer, rows: number): (Out & Answered)[] {
  const explaining = answer.outputs.find(({ name }) => name === CONTRIBUTIONS);
  const outputs = answer.outputs.filter((tensor) => tensor !== explaining);
  return Array.from({ length: rows }, (_, row) => {
    const values = outputs.map(({ name, shape: [, width = 1], data }): [string, unknown] => {
      const own = data.slice(row * width, (row + 1) * width);
      return [name, width === 1 ? own[0] : own];
    });
    const explained = explaining && explanationsOf(explaining, row);
    const answered: Answered = {
      inferenceId: `${answer.parameters.inference_id}.${row}`,
      version: Number(answer.model_version),
      ...(explained && { explanation: explained.length === 1 ? (explained[0] as Explanation) : explained }),
    };
    return { ...(Object.fromEntries(values) as Out), ...answered };
  });
}

function explanationsOf({ shape, data, parameters }: Tensor, row: number): Explanation[] {
  const width = shape.at(-1) ?? 1;
  const groups = shape.length === 3 ? (shape[1] ?? 1) : 1;
  const names = parameters?.contribution_names?.slice(0, -1) ?? [];
  return Array.from({ length: groups }, (_, group) => {
    const from = (row * groups + group) * width;
    return {
      contributions: Object.fromEntries(names.map((name, i) => [name, Number(data[from + i])])),
      bias: Number(data[from + width - 1]),
    };
  });
}

/** The same error, with the row and column of each problem, counted over all rows that were given. */
export function placed(error: unknown, names: readonly string[], from: number): unknown {
  if (!(error instanceof ApiError) || error.problems.length === 0) return error;
  const problems = error.problems.map((problem): ApiProblem => {
    const [, input, row] = /^\/inputs\/(\d+)(?:\/data\/(\d+))?/.exec(problem.pointer) ?? [];
    const column = input === undefined ? undefined : names[Number(input)];
    return {
      ...problem,
      ...(column !== undefined && { column }),
      ...(row !== undefined && { row: from + Number(row) }),
    };
  });
  return new ApiError(error.status, error.message, { problems, retryAfterSeconds: error.retryAfterSeconds });
}
