import * as z from 'zod';

export const COLUMN_TYPES = ['integer', 'number', 'boolean', 'string', 'category', 'timestamp'] as const;

/** Column names are quoted wherever they are used, so anything printable goes but what no header line can carry. */
export const ColumnName = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => !/[\p{Cc}]/u.test(name), 'must not contain control characters');

export const Column = z.strictObject({
  name: ColumnName,
  type: z.enum(COLUMN_TYPES),
  nullable: z.boolean().default(false),
  /** Inclusive bounds; for `integer` and `number` only. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Allowed values; for `string` and `category` only. */
  values: z.array(z.string()).min(1).max(10_000).optional(),
  /** strptime format of a `timestamp`; ISO 8601 when absent. */
  format: z.string().min(1).max(64).optional(),
  description: z.string().max(500).optional(),
});
export type Column = z.infer<typeof Column>;

export const DataSpec = z.strictObject({
  format: z.enum(['csv', 'parquet']).default('csv'),
  delimiter: z.string().length(1).default(','),
  columns: z.array(Column).min(2).max(2_000),
  target: ColumnName,
  /** The column that names a row; the split hashes it, so a row never changes sides. */
  id: ColumnName.optional(),
  /** Event time of a row. */
  timestamp: ColumnName.optional(),
  /** Never features, never shown in clear; gates and bias figures may use them. */
  protected: z.array(ColumnName).default([]),
  /** Columns that carry neither a feature nor a role. */
  ignored: z.array(ColumnName).default([]),
  /** What to do with columns the spec does not name. */
  extraColumns: z.enum(['ignore', 'reject']).default('reject'),
  minRows: z.number().int().min(1).default(1),
  maxSizeMb: z.number().int().min(1).max(10_240).default(4_096),
  /** Largest share of bad rows that are set aside; above it the whole upload is rejected. */
  maxQuarantineShare: z.number().min(0).max(1).default(0.05),
});
export type DataSpec = z.infer<typeof DataSpec>;
