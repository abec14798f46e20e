import { describe, expect, it } from 'vitest';
import { predictionsOf, tensorsOf } from '../../client/tensors.ts';

const answerOf = (...outputs: object[]) =>
  ({ model_version: '3', parameters: { inference_id: 'id' }, outputs }) as Parameters<typeof predictionsOf>[0];
const parameters = { contribution_names: ['age', 'bias', 'bias'] };

describe('predictions of rows', () => {
  it('have the outputs by name, several numbers as a list', () => {
    const probabilities = { name: 'probabilities', shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };
    const label = { name: 'label', shape: [2], data: ['a', 'b'] };
    expect(predictionsOf(answerOf(probabilities, label), 2)).toEqual([
      { probabilities: [1, 2, 3], label: 'a', inferenceId: 'id.0', version: 3 },
      { probabilities: [4, 5, 6], label: 'b', inferenceId: 'id.1', version: 3 },
    ]);
  });

  it('have contributions by name, with the bias apart from a feature of that name', () => {
    const contributions = { name: 'contributions', shape: [2, 3], data: [1, 2, 3, 4, 5, 6], parameters };
    const [, second] = predictionsOf(answerOf(contributions), 2);
    expect(second?.explanation).toEqual({ contributions: { age: 4, bias: 5 }, bias: 6 });
  });

  it('have contributions for each class', () => {
    const contributions = { name: 'contributions', shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6], parameters };
    const [only] = predictionsOf(answerOf(contributions), 1);
    expect([only?.explanation].flat().map((each) => each?.bias)).toEqual([3, 6]);
  });
});

describe('tensors of rows', () => {
  const fields = [
    { name: 'age', datatype: 'INT64' },
    { name: 'plan', datatype: 'BYTES' },
  ];

  it('have null where a row has nothing, and leave out what none has', () => {
    expect(tensorsOf(fields, [{ age: 1 }, {}])).toEqual([
      { name: 'age', datatype: 'INT64', shape: [2], data: [1, null] },
    ]);
    expect(tensorsOf(fields, [{ age: null }, { plan: 'a', extra: 1 }]).map(({ data }) => data)).toEqual([
      [null, null],
      [null, 'a'],
    ]);
  });

  it('have nothing that a row only inherits', () => {
    expect(tensorsOf([{ name: 'toString', datatype: 'BYTES' }], [{}])).toEqual([]);
  });
});
