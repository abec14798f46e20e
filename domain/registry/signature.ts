import * as z from 'zod';

export const SignatureField = z.object({
  name: z.string(),
  datatype: z.enum(['BOOL', 'INT64', 'FP64', 'BYTES']),
  nullable: z.boolean(),
});
export const Signature = z.object({ inputs: z.array(SignatureField), outputs: z.array(SignatureField) });
export type Signature = z.infer<typeof Signature>;
