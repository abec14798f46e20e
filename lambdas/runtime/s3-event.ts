import * as z from 'zod';

/** What EventBridge sends when an object was created. The key is raw: never decode it. */
export const ObjectCreated = z.object({
  'detail-type': z.literal('Object Created'),
  time: z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      size: z.number().int().default(0),
      etag: z.string().optional(),
      'version-id': z.string().default('null'),
      sequencer: z.string().optional(),
    }),
  }),
});
export type ObjectCreated = z.infer<typeof ObjectCreated>;
