import * as z from 'zod';
import { Instant } from '../registry/entities.ts';
import { ValidationContext } from './context.ts';

/** A context as the registry API answers with it: ids of the holdout may be too many, so where its rows are. */
export const FetchedContext = ValidationContext.omit({ holdoutIds: true }).extend({
  holdoutRows: z
    .object({
      /** Parquet, for some minutes. */
      url: z.string(),
      expiresAt: Instant,
      /** The column that names a row. */
      id: z.string(),
    })
    .optional(),
});
export type FetchedContext = z.infer<typeof FetchedContext>;
