import { InvalidInputError } from '../../domain/common-errors.ts';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';

/** A Lambda answers with at most 6 MB. */
export const MAX_CONTEXT_BYTES = 5 * 1024 * 1024;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * A context as one answer can carry it. Bins and categories are counted over those of the newest version only: of the
 * others what figures are compared by is enough for the same verdict.
 *
 * @throws InvalidInputError if even that is too large
 */
export function fitContext(context: ValidationContext, limit = MAX_CONTEXT_BYTES): ValidationContext {
  if (bytesOf(context) <= limit) return context;
  const history = context.history.map(({ profile, ...entry }, index) => ({
    ...entry,
    ...(profile && {
      profile: index === 0 ? profile : { ...profile, columns: profile.columns.map(figuresOnly) },
    }),
  }));
  const fitted = { ...context, history };
  const bytes = bytesOf(fitted);
  if (bytes <= limit) return fitted;
  throw new InvalidInputError([
    `what the checks look back at has ${bytes} bytes, an answer at most ${limit}: let fewer columns or versions be compared`,
  ]);
}

const figuresOnly = ({ bins: _, categories: __, ...figures }: ColumnProfile): ColumnProfile => figures;
