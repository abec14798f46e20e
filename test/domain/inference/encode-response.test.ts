import { describe, expect, it } from 'vitest';
import { encodeResponse, modelMetadata } from '../../../domain/inference/encode-response.ts';
import { parsePredictions, toPredictions } from '../../../domain/inference/predictions.ts';
import type { Signature } from '../../../domain/registry/entities.ts';

const inputs: Signature['inputs'] = [{ name: 'age', datatype: 'INT64', nullable: false }];
const output = (name: string, datatype: 'FP64' | 'BYTES' = 'FP64') => ({ name, datatype, nullable: false });
const binary: Signature = { inputs, outputs: [output('probability')] };
const multiclass: Signature = { inputs, outputs: [output('probabilities'), output('label', 'BYTES')] };
const regression: Signature = { inputs, outputs: [output('prediction')] };
const call = { model: 'm', version: 3, inferenceId: '000000000-3-000000000000' };

describe('a response', () => {
  it('has one probability per row for a binary model', () => {
    const predictions = toPredictions([0.25, 0.75], 2, 1);
    expect(encodeResponse({ ...call, id: 'mine', signature: binary, predictions })).toEqual({
      model_name: 'm',
      model_version: '3',
      id: 'mine',
      parameters: { inference_id: '000000000-3-000000000000' },
      outputs: [{ name: 'probability', shape: [2], datatype: 'FP64', data: [0.25, 0.75] }],
    });
  });

  it('has one prediction per row for a regression, and the inference id for an id', () => {
    const response = encodeResponse({ ...call, signature: regression, predictions: toPredictions([7], 1, 1) });
    expect(response.id).toBe(call.inferenceId);
    expect(response.outputs).toEqual([{ name: 'prediction', shape: [1], datatype: 'FP64', data: [7] }]);
  });

  it('has probabilities and the likeliest class for a multiclass model, the first of equals', () => {
    const predictions = toPredictions([0.1, 0.2, 0.7, 0.4, 0.4, 0.2], 2, 3);
    const classes = ['a', 'b', 'c'];
    expect(encodeResponse({ ...call, signature: multiclass, predictions, classes }).outputs).toEqual([
      { name: 'probabilities', shape: [2, 3], datatype: 'FP64', data: [0.1, 0.2, 0.7, 0.4, 0.4, 0.2] },
      { name: 'label', shape: [2], datatype: 'BYTES', data: ['c', 'a'] },
    ]);
  });

  it('has the contributions after the outputs asked for, with the names of the features and the bias', () => {
    const predictions = toPredictions([0.25, 0.75], 2, 1);
    const explanation = { values: Float64Array.of(1, 2, 3, 4), groups: 1 };
    const response = encodeResponse({ ...call, signature: binary, predictions, outputs: ['probability'], explanation });
    expect(response.outputs.map(({ name }) => name)).toEqual(['probability', 'contributions']);
    expect(response.outputs[1]).toEqual({
      name: 'contributions',
      shape: [2, 2],
      datatype: 'FP64',
      data: [1, 2, 3, 4],
      parameters: { contribution_names: ['age', 'bias'] },
    });
  });

  it('has contributions to the margin of every class', () => {
    const predictions = toPredictions([0.1, 0.2, 0.7], 1, 3);
    const explanation = { values: Float64Array.of(1, 2, 3, 4, 5, 6), groups: 3 };
    const { outputs } = encodeResponse({ ...call, signature: multiclass, predictions, explanation });
    expect(outputs[2]).toMatchObject({ name: 'contributions', shape: [1, 3, 2], data: [1, 2, 3, 4, 5, 6] });
  });

  it('has only the outputs asked for', () => {
    const predictions = toPredictions([0.9, 0.1], 1, 2);
    const response = encodeResponse({
      ...call,
      signature: multiclass,
      predictions,
      classes: ['x', 'y'],
      outputs: ['label'],
    });
    expect(response.outputs).toEqual([{ name: 'label', shape: [1], datatype: 'BYTES', data: ['x'] }]);
  });
});

describe('metadata', () => {
  it('leaves the number of rows open', () => {
    const metadata = modelMetadata({
      name: 'm',
      versions: [3, 2],
      platform: 'xgboost',
      signature: multiclass,
      classes: ['x', 'y'],
    });
    expect(metadata).toEqual({
      name: 'm',
      versions: ['3', '2'],
      platform: 'xgboost',
      inputs: [{ name: 'age', datatype: 'INT64', shape: [-1] }],
      outputs: [
        { name: 'probabilities', datatype: 'FP64', shape: [-1, 2] },
        { name: 'label', datatype: 'BYTES', shape: [-1] },
      ],
    });
  });
});

describe('what a container answers', () => {
  const readable: [string, string, number, number, number[]][] = [
    ['text/csv; charset=utf-8', '0.1,0.2', 2, 1, [0.1, 0.2]],
    ['text/csv', '0.1\n0.2\n', 2, 1, [0.1, 0.2]],
    ['text/csv', '[0.1, 0.9],[0.4, 0.6]', 2, 2, [0.1, 0.9, 0.4, 0.6]],
    ['application/json', '{"predictions":[{"score":0.1},{"score":0.2}]}', 2, 1, [0.1, 0.2]],
    ['application/json', '{"predictions":[{"score":[0.1,0.9]}]}', 1, 2, [0.1, 0.9]],
    ['application/json', '[0.1,0.2]', 2, 1, [0.1, 0.2]],
    ['application/json', '{"predictions":[1e-9]}', 1, 1, [1e-9]],
    ['application/jsonlines', '{"score":0.1}\n{"score":0.2}\n', 2, 1, [0.1, 0.2]],
  ];
  for (const [type, text, rows, width, values] of readable) {
    it(`is read from ${type}: ${JSON.stringify(text)}`, () => {
      expect([...parsePredictions(type, text, rows, width).values]).toEqual(values);
    });
  }

  const unreadable: [string, string, number, string][] = [
    ['text/csv', '0.1', 2, '2 × 1 predictions expected, got 1'],
    ['text/csv', '0.1,oops', 2, 'prediction 1 is NaN'],
    ['text/csv', 'inf', 1, 'prediction 0 is NaN'],
    ['application/json', '{"predictions":[0.1', 1, 'damaged JSON'],
    ['application/json', '{"message":"no"}', 1, 'no prediction'],
    ['application/json', '{"predictions":[null]}', 1, 'no prediction'],
    ['application/json', '{"predictions":["0.1"]}', 1, 'no prediction'],
  ];
  for (const [type, text, rows, problem] of unreadable) {
    it(`is refused from ${type}: ${JSON.stringify(text)}`, () => {
      expect(() => parsePredictions(type, text, rows, 1)).toThrow(problem);
    });
  }
});
