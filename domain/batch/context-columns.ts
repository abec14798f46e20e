import type { Signature } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';

export interface ContextColumn {
  /** Of the spec. */
  readonly column: string;
  /** In the predictions: another one where an output of the model is called so. */
  readonly name: string;
}

/** Columns that name a row beside its prediction: `data.id` and `data.timestamp`. */
export function contextColumns({ id, timestamp }: DataSpec, { outputs }: Signature): ContextColumn[] {
  const taken = new Set(outputs.map(({ name }) => name.toLowerCase()));
  return [id, timestamp]
    .filter((column) => column !== undefined)
    .map((column) => {
      return { column, name: taken.has(column.toLowerCase()) ? `input_${column}` : column };
    });
}
