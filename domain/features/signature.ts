import type { Signature } from '../registry/entities.ts';
import type { Column } from '../spec/columns.ts';
import { featureNames, type ModelSpec } from '../spec/model-spec.ts';

type Field = Signature['inputs'][number];

/** A timestamp is ISO 8601 text: JSON has no other. */
const DATATYPE_OF: Record<Column['type'], Field['datatype']> = {
  integer: 'INT64',
  number: 'FP64',
  boolean: 'BOOL',
  string: 'BYTES',
  category: 'BYTES',
  timestamp: 'BYTES',
};

const OUTPUTS: Record<ModelSpec['task'], Signature['outputs']> = {
  binary: [{ name: 'probability', datatype: 'FP64', nullable: false }],
  multiclass: [
    { name: 'probabilities', datatype: 'FP64', nullable: false },
    { name: 'label', datatype: 'BYTES', nullable: false },
  ],
  regression: [{ name: 'prediction', datatype: 'FP64', nullable: false }],
};

/** What a model version takes and gives: its raw features in order, and the outputs of its task. */
export function signatureOf(spec: ModelSpec): Signature {
  const columns = new Map(spec.data.columns.map((column) => [column.name, column]));
  const inputs = featureNames(spec).map((name): Field => {
    const { type, nullable } = columns.get(name) as Column;
    return { name, datatype: DATATYPE_OF[type], nullable };
  });
  return { inputs, outputs: OUTPUTS[spec.task] };
}
