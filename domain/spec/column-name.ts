import * as z from 'zod';

/** Column names are quoted wherever they are used, so anything printable goes but what no header line can carry. */
export const ColumnName = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => !/[\p{Cc}]/u.test(name), 'must not contain control characters');
