import type { Column, DataSpec } from '../../domain/spec/columns.ts';
import { ModelSpec } from '../../domain/spec/model-spec.ts';

export type Format = 'csv' | 'parquet';

export const COUNTRIES = [
  ...['AT', 'BE', 'BG', 'CH', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI'],
  ...['FR', 'GB', 'IE', 'IT', 'LT', 'NL', 'NO', 'PL', 'PT', 'SE'],
];
export const PLANS = ['free', 'basic', 'pro'];

const REST = {
  apiVersion: 'millrace/v1',
  task: 'regression',
  training: { algorithm: 'xgboost', xgboost: { hyperparameters: { objective: 'reg:squarederror', num_round: 10 } } },
  evaluation: { gates: [{ type: 'absolute', metric: 'r2', min: 0 }] },
};

/** 20 columns: an id, a time, a boolean, 11 numbers, 6 categories; and 14 rules besides those that the types make. */
export function tallSpec(format: Format): ModelSpec {
  return ModelSpec.parse({
    ...REST,
    name: 'bench-tall',
    data: {
      format,
      columns: [
        { name: 'id', type: 'string' },
        { name: 'seen_at', type: 'timestamp' },
        { name: 'active', type: 'boolean' },
        { name: 'age', type: 'integer', min: 0, max: 120 },
        { name: 'visits', type: 'integer', min: 0 },
        { name: 'duration', type: 'number', nullable: true, min: 0 },
        { name: 'score', type: 'number', min: 0, max: 1 },
        { name: 'latitude', type: 'number', min: -90, max: 90 },
        { name: 'longitude', type: 'number', min: -180, max: 180 },
        { name: 'balance', type: 'number' },
        { name: 'amount', type: 'number' },
        { name: 'fee', type: 'number' },
        { name: 'discount', type: 'number', nullable: true },
        { name: 'total', type: 'number' },
        { name: 'country', type: 'category', values: COUNTRIES },
        { name: 'plan', type: 'category', values: PLANS },
        { name: 'device', type: 'category', pattern: '[A-Z]{2}-[0-9]{3}' },
        { name: 'city', type: 'category', minLength: 3, maxLength: 24 },
        { name: 'channel', type: 'category' },
        { name: 'segment', type: 'category', nullable: true },
      ],
      target: 'total',
      id: 'id',
      timestamp: 'seen_at',
      rules: [
        { id: 'fee-within-amount', expression: 'fee <= amount' },
        { id: 'total-adds-up', expression: 'abs(total - amount - fee + discount) < 0.02' },
        { id: 'free-is-not-discounted', when: "plan == 'free'", expression: 'discount == 0' },
        { id: 'no-visit-no-time', expression: 'visits > 0 or duration == 0' },
      ],
      maxQuarantineShare: 0.5,
      maxSizeMb: 10_240,
    },
  });
}

/** Numbers in a range, the first of them the target. */
export function wideSpec(format: Format, columns: number): ModelSpec {
  return ModelSpec.parse({
    ...REST,
    name: 'bench-wide',
    data: {
      format,
      columns: Array.from({ length: columns }, (_, i) => ({ name: `c${i}`, type: 'number', min: 0, max: 1 })),
      target: 'c0',
      maxQuarantineShare: 0.5,
      maxSizeMb: 10_240,
    },
  });
}

/** What a person wrote, a length's two bounds counted once; types and `nullable` make more. */
export function statedRules({ columns, rules }: DataSpec): number {
  const stated = (column: Column) =>
    [
      column.min !== undefined || column.max !== undefined,
      column.minLength !== undefined || column.maxLength !== undefined,
      column.values !== undefined,
      column.pattern !== undefined,
    ].filter(Boolean).length;
  return columns.reduce((sum, column) => sum + stated(column), 0) + rules.length;
}
