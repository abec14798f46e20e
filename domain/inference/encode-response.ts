import type { Signature } from '../registry/entities.ts';
import { type Predictions, taskOf } from './predictions.ts';

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly (number | string)[];
  readonly parameters?: Readonly<Record<string, readonly string[]>>;
}

/** Per row and margin one number per feature and one for the bias, in the unit of the margin. */
export interface Explanation {
  readonly values: Float64Array;
  /** Margins per row: one per class of a multiclass model, otherwise 1. */
  readonly groups: number;
}

/** What the last contribution to a margin is called; the others have the names of the features. */
const BIAS = 'bias';

export interface InferResponse {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: readonly Tensor[];
}

/** What every face answers in its headers: the id that feedback is given by, which version answered, and whether the numbers are from before. */
export function answerHeaders({
  model_version,
  parameters,
}: Pick<InferResponse, 'model_version' | 'parameters'>): Record<string, string> {
  const { inference_id: id = '', cache } = parameters;
  return {
    'x-amzn-sagemaker-inference-id': id,
    'x-millrace-model-version': model_version,
    ...(cache === undefined ? {} : { 'x-millrace-cache': cache }),
  };
}

/** The answer of the Open Inference Protocol; `outputs` limits it to the tensors asked for, in that order; an explanation follows. */
export function encodeResponse(answer: {
  readonly model: string;
  readonly version: number;
  /** The caller's id; the inference id when there was none. */
  readonly id?: string;
  readonly inferenceId: string;
  readonly signature: Signature;
  readonly predictions: Predictions;
  /** They were made for an earlier request. */
  readonly cached?: true;
  /** Class labels in the order of the probabilities. */
  readonly classes?: readonly string[];
  readonly outputs?: readonly string[];
  readonly explanation?: Explanation;
}): InferResponse {
  const { model, version, inferenceId, signature, predictions, classes, outputs, explanation } = answer;
  const tensors = outputTensors(signature, predictions, classes);
  const wanted = outputs ?? signature.outputs.map((output) => output.name);
  return {
    model_name: model,
    model_version: String(version),
    id: answer.id ?? inferenceId,
    parameters: { inference_id: inferenceId, ...(answer.cached && { cache: 'hit' }) },
    outputs: [
      ...wanted.flatMap((name) => tensors.filter((tensor) => tensor.name === name)),
      ...(explanation ? [contributionsTensor(signature, predictions.rows, explanation)] : []),
    ],
  };
}

function outputTensors(signature: Signature, predictions: Predictions, classes: readonly string[] = []): Tensor[] {
  const { values, rows, width } = predictions;
  const numbers = (name: string, shape: number[]): Tensor => ({ name, shape, datatype: 'FP64', data: [...values] });
  switch (taskOf(signature)) {
    case 'binary':
      return [numbers('probability', [rows])];
    case 'regression':
      return [numbers('prediction', [rows])];
    case 'multiclass': {
      const data = Array.from({ length: rows }, (_, row) => {
        const best = likeliest(values.subarray(row * width, (row + 1) * width));
        return classes[best] ?? String(best);
      });
      return [numbers('probabilities', [rows, width]), { name: 'label', shape: [rows], datatype: 'BYTES', data }];
    }
  }
}

function contributionsTensor(signature: Signature, rows: number, { values, groups }: Explanation): Tensor {
  const names = [...signature.inputs.map((field) => field.name), BIAS];
  return {
    name: 'contributions',
    shape: groups === 1 ? [rows, names.length] : [rows, groups, names.length],
    datatype: 'FP64',
    data: [...values],
    parameters: { contribution_names: names },
  };
}

/** Index of the largest value; the first of equals. */
function likeliest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** `GET /v2/models/{m}`: −1 stands for the number of rows, which the caller chooses. */
export function modelMetadata(model: {
  readonly name: string;
  readonly versions: readonly number[];
  readonly platform: string;
  readonly signature: Signature;
  readonly classes?: readonly string[];
}): unknown {
  const { name, versions, platform, signature, classes } = model;
  return {
    name,
    versions: versions.map(String),
    platform,
    inputs: signature.inputs.map((field) => ({ name: field.name, datatype: field.datatype, shape: [-1] })),
    outputs: signature.outputs.map((field) => ({
      name: field.name,
      datatype: field.datatype,
      shape: field.name === 'probabilities' ? [-1, classes?.length ?? -1] : [-1],
    })),
  };
}

/** A request from rows: what `decodeRequest` reads back. Values of a column must be of the feature's type. */
export function encodeRequest(
  signature: Signature,
  rows: readonly (readonly (string | number | boolean | null)[])[],
  parameters?: Readonly<Record<string, string>>,
): unknown {
  return {
    ...(parameters && Object.keys(parameters).length > 0 ? { parameters } : {}),
    inputs: signature.inputs.map((field, index) => ({
      name: field.name,
      shape: [rows.length],
      datatype: field.datatype,
      data: rows.map((row) => row[index] ?? null),
    })),
  };
}
