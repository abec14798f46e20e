import type * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';

/** @throws InvalidInputError naming each bad field */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`),
    { cause: parsed.error },
  );
}

/** @throws InvalidInputError */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError([`${what} is not JSON`], { cause });
  }
}
