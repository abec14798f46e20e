import { expect, it } from 'vitest';
import { typescriptTypes } from '../../../domain/inference/typescript-types.ts';

it('writes a row and a prediction of a version as TypeScript', () => {
  const field = (name: string, datatype: 'BOOL' | 'INT64' | 'FP64' | 'BYTES', nullable = false) => ({
    name,
    datatype,
    nullable,
  });
  const signature = {
    inputs: [field('age', 'INT64', true), field('is new', 'BOOL'), field('spend', 'FP64'), field('plan', 'BYTES')],
    outputs: [field('probabilities', 'FP64'), field('label', 'BYTES')],
  };
  expect(typescriptTypes({ name: 'late-flights', version: 3, signature })).toBe(
    `import type { Client, ModelClient } from 'millrace/client';

/** A row as version 3 of late-flights takes it. */
export interface LateFlightsRow {
  readonly age: number | null;
  readonly "is new": boolean;
  readonly spend: number;
  readonly plan: string;
}

/** What late-flights answers for a row. */
export interface LateFlightsPrediction {
  readonly probabilities: readonly number[];
  readonly label: string;
}

export const lateFlightsModel = (client: Client): ModelClient<LateFlightsRow, LateFlightsPrediction> =>
  client.model<LateFlightsRow, LateFlightsPrediction>('late-flights');
`,
  );
});
