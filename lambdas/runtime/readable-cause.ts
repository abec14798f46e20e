import * as z from 'zod';

/** A Lambda's failure reaches Step Functions as JSON with a stack: keep the message. */
export function readableCause(cause: string): string {
  try {
    const parsed = z.object({ errorMessage: z.string() }).safeParse(JSON.parse(cause));
    return parsed.success ? parsed.data.errorMessage : cause;
  } catch {
    return cause;
  }
}
