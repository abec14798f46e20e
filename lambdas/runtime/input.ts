import type * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { shapeTexts } from '../../domain/spec/issues.ts';

/** @throws InvalidInputError naming each bad field, the value seen and what is allowed */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(shapeTexts(parsed.error.issues, value, schema, 'body'), { cause: parsed.error });
}

/** @throws InvalidInputError */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError([`${what} is not JSON`], { cause });
  }
}
