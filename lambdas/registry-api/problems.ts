import type * as z from 'zod';
import { InvalidInputError } from '../../domain/common-errors.ts';
import type { Problem } from '../../domain/spec/check.ts';
import { reportIssue } from '../../domain/spec/issues.ts';
import { type Path, type Report, showValue } from '../../domain/spec/problem.ts';
import { json, type RestResponse, toHttpError } from '../runtime/http.ts';
import { parseJson } from '../runtime/input.ts';
import type { Call } from './router.ts';

/** One thing wrong with a body. `pointer` is a JSON pointer into it (RFC 6901, as a URI fragment). */
interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

class InvalidBodyError extends InvalidInputError {
  readonly errors: readonly FieldError[];
  constructor(errors: readonly FieldError[], options?: ErrorOptions) {
    super(
      errors.map(({ pointer, detail }) => `${pointer}: ${detail}`),
      options,
    );
    this.errors = errors;
  }
}

const pointerOf = (path: Path): string =>
  `#${path.map((key) => `/${encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`;

export function parseBody<S extends z.ZodType>(schema: S, body: Call['body']): z.infer<S> {
  const document = parseJson(body ?? '', 'the body');
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const errors: FieldError[] = [];
  const report: Report = (path, message, seen, allowed) =>
    errors.push({ pointer: pointerOf(path), detail: `${message} (seen ${showValue(seen)}; allowed: ${allowed})` });
  for (const issue of parsed.error.issues) reportIssue(issue, document, report, { schema });
  throw new InvalidBodyError(errors, { cause: parsed.error });
}

export function problem(status: number, title: string, detail: string, more: object = {}): RestResponse {
  return json(
    status,
    { type: 'about:blank', title, status, detail, ...more },
    { 'content-type': 'application/problem+json' },
  );
}

/** A well-formed document that is no valid spec: all that is wrong with it at once. */
export function refusedSpec(problems: readonly Problem[]): RestResponse {
  const detail = `the spec has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  return problem(422, 'InvalidSpecError', detail, { problems });
}

/** RFC 9457 problem details; what nobody foresaw is rethrown. */
export function toProblem(error: unknown): RestResponse {
  if (error instanceof InvalidBodyError) {
    return problem(400, error.name, error.message, { errors: error.errors });
  }
  return toHttpError(error);
}
