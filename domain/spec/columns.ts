import * as z from 'zod';
import { ColumnName } from './column-name.ts';
import { Check, RowRule } from './contract.ts';

export const COLUMN_TYPES = ['integer', 'number', 'boolean', 'string', 'category', 'timestamp'] as const;
export const DATA_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export const Column = z.strictObject({
  name: ColumnName,
  type: z.enum(COLUMN_TYPES),
  nullable: z.boolean().default(false),
  /** Of a nullable column: largest share of missing cells; above it the data set is rejected. */
  maxNullShare: z.number().min(0).max(1).optional(),
  /** Inclusive bounds; for `integer` and `number` only. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Characters; for `string` and `category` only. */
  minLength: z.number().int().min(0).max(1_000_000).optional(),
  maxLength: z.number().int().min(0).max(1_000_000).optional(),
  /** Allowed values; for `string` and `category` only. */
  values: z.array(z.string()).min(1).max(10_000).optional(),
  /** Rows with other values stay, up to this share of them; above it the data set is rejected. @default such rows are bad */
  maxUnseenShare: z.number().min(0).max(1).optional(),
  /** Regular expression in RE2 syntax, matched in linear time, that the whole cell must match; for `string` and `category`. */
  pattern: z.string().min(1).max(1_000).optional(),
  /** No value twice; missing cells do not count. */
  unique: z.boolean().default(false),
  /** Not-a-number in a `number` column: a state of its own, neither missing nor out of range. */
  nan: z.enum(['reject', 'allow']).default('reject'),
  /** Infinity of either sign in a `number` column. */
  infinity: z.enum(['reject', 'allow']).default('reject'),
  /** strptime format of a `timestamp`; ISO 8601 when absent. */
  format: z.string().min(1).max(64).optional(),
  /** IANA time zone of times that name none. @default UTC */
  zone: z.string().min(1).max(64).optional(),
  description: z.string().max(500).optional(),
});
export type Column = z.infer<typeof Column>;

export const DataSpec = z.strictObject({
  format: z.enum(DATA_FORMATS).default('csv'),
  /** Of CSV; `auto` finds it by the header. */
  delimiter: z.union([z.literal('auto'), z.string().length(1)]).default('auto'),
  /** Of CSV; `auto` is a double quote unless the header is in single ones. */
  quote: z.enum(['auto', '"', "'", 'none']).default('auto'),
  /** CSV begins with the names; without, cells are in the order of `columns`. */
  header: z.boolean().default(true),
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
  /** `null`: a nullable column may be absent altogether, and is then missing in every row. */
  missingColumns: z.enum(['reject', 'null']).default('reject'),
  /** `exact`: the columns stand in the order of the spec. */
  columnOrder: z.enum(['any', 'exact']).default('any'),
  /** Combinations of columns that occur once: composite keys. The second and later rows of a key are bad. */
  keys: z.array(z.array(ColumnName).min(1).max(16)).max(16).default([]),
  rules: z.array(RowRule).max(500).default([]),
  checks: z.array(Check).max(500).default([]),
  minRows: z.number().int().min(1).default(1),
  maxSizeMb: z.number().int().min(1).max(10_240).default(4_096),
  /** Largest share of bad rows that are set aside; above it the whole upload is rejected. */
  maxQuarantineShare: z.number().min(0).max(1).default(0.05),
});
export type DataSpec = z.infer<typeof DataSpec>;
