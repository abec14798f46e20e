import * as z from 'zod';
import { nearest } from '../nearest.ts';
import { type Path, problemList, type Report, showProblem } from './problem.ts';

type Issue = z.core.$ZodIssue;

const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What the words about a document need to know of it. */
export interface Terms {
  readonly schema: z.ZodType;
  /** What it is called, if fields are said to be of something: `a model spec`. */
  readonly called?: string;
  /** What no schema can say in a few words; `*` stands for any key. */
  readonly hints?: readonly (readonly [path: string, allowed: string])[];
}

/** What may stand where a text has the wrong format, by zod's name of the format. */
const FORMATS: Record<string, string> = {
  datetime: 'an ISO 8601 time with a zone, for example 2026-03-02T10:30:00Z',
  date: 'a date, for example 2026-03-02',
};

/**
 * What is wrong with the shape of a document, one line each: field, value seen and what is allowed.
 * @param whole what the document itself is called: `body`
 */
export function shapeTexts(issues: readonly Issue[], document: unknown, schema: z.ZodType, whole: string): string[] {
  const { problems, report } = problemList();
  for (const issue of issues) reportIssue(issue, document, report, { schema });
  return problems.map((problem) => showProblem({ ...problem, path: problem.path || whole }));
}

/** Says what a shape issue is about in the reader's terms. */
export function reportIssue(issue: Issue, document: unknown, report: Report, terms: Terms, base: Path = []): void {
  const path = [...base, ...issue.path];
  const seen = valueAt(document, path);
  switch (issue.code) {
    case 'invalid_type': {
      const noun = nounFor(issue.expected);
      report(path, seen === undefined ? 'is missing' : `must be ${noun}`, seen, hintFor(path, terms) ?? noun);
      break;
    }
    case 'invalid_value':
      reportChoice(path, seen, issue.values, report);
      break;
    case 'too_small':
    case 'too_big': {
      const [verb, bound] = boundText(issue);
      report(path, `must ${verb} ${bound}${excess(issue, seen)}`, seen, bound);
      break;
    }
    case 'unrecognized_keys': {
      const known = knownKeys(path, document, terms);
      const of = terms.called === undefined ? '' : ` of ${terms.called}`;
      for (const key of issue.keys) {
        const message = `is not a field${of} here${suggestion(key, known)}`;
        report([...path, key], message, valueAt(document, [...path, key]), oneOf(known));
      }
      break;
    }
    case 'invalid_union':
      reportUnion(issue, path, seen, document, report, terms);
      break;
    case 'invalid_key':
      report(path, `is not a valid name: ${issue.issues[0]?.message ?? issue.message}`, path.at(-1), 'a name');
      break;
    case 'invalid_format': {
      // a message of ours says more than the name of a format
      const pattern = issue.format === 'regex' ? `text that matches ${issue.pattern}` : undefined;
      const allowed = issue.message.startsWith('Invalid ') ? (pattern ?? FORMATS[issue.format]) : undefined;
      report(path, 'has the wrong form', seen, allowed ?? issue.message);
      break;
    }
    default:
      report(path, seen === undefined ? 'is missing' : 'has the wrong form', seen, issue.message);
  }
}

function reportChoice(path: Path, seen: unknown, values: readonly unknown[], report: Report): void {
  const known = values.map(String);
  report(path, seen === undefined ? 'is missing' : `is not known${suggestion(seen, known)}`, seen, oneOf(known));
}

function reportUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  seen: unknown,
  document: unknown,
  report: Report,
  terms: Terms,
): void {
  const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
  if (discriminator !== undefined) {
    reportChoice(path, seen, options ?? [], report);
    return;
  }
  // the branch whose fields the value has is the one that was meant
  const meant = issue.errors.filter((issues) => issues.every((one) => one.path.length > 0));
  if (meant.length === 1) {
    for (const one of meant[0] ?? []) reportIssue(one, document, report, terms, path);
    return;
  }
  const expected = issue.errors.flat().map((one) => (one.code === 'invalid_type' ? nounFor(one.expected) : undefined));
  const nouns = [...new Set(expected.filter((noun) => noun !== undefined))];
  report(path, 'has none of the allowed forms', seen, hintFor(path, terms) ?? nouns.join(' or '));
}

/** What a value must be or have, and how much of it: `['be', 'at least 1']`. */
function boundText(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): readonly [verb: string, bound: string] {
  const [bound, inclusive, exclusive] =
    issue.code === 'too_small' ? [issue.minimum, 'at least', 'more than'] : [issue.maximum, 'at most', 'less than'];
  const comparison = issue.inclusive === false ? exclusive : inclusive;
  if (issue.origin === 'string') return ['have', `${comparison} ${countOf(bound, 'character')}`];
  if (issue.origin === 'array') return ['have', `${comparison} ${countOf(bound, 'item')}`];
  return ['be', `${comparison} ${bound}`];
}

/** How many there are of what there is too much of; what is shown of it may be cut short. */
function excess(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, seen: unknown): string {
  const isCounted = issue.code === 'too_big' && (issue.origin === 'array' || issue.origin === 'string');
  return isCounted && (Array.isArray(seen) || typeof seen === 'string') ? `, has ${seen.length}` : '';
}

const countOf = (bound: number | bigint, noun: string): string => `${bound} ${noun}${Number(bound) === 1 ? '' : 's'}`;

const nounFor = (expected: string): string => NOUNS[expected] ?? expected;
export const oneOf = (values: readonly string[]): string => values.join(', ');

/** `; did you mean …?`, if a known name is close. */
export function suggestion(seen: unknown, known: readonly string[]): string {
  const guess = typeof seen === 'string' ? nearest(seen, known) : undefined;
  return guess === undefined ? '' : `; did you mean ${guess}?`;
}

function hintFor(path: Path, { hints = [] }: Terms): string | undefined {
  const found = hints.find(([pattern]) => {
    const parts = pattern.split('.');
    return parts.length === path.length && parts.every((part, i) => part === '*' || part === path[i]);
  });
  return found?.[1];
}

export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

interface SchemaNode {
  readonly const?: unknown;
  readonly properties?: Record<string, SchemaNode>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

const schemas = new WeakMap<z.ZodType, SchemaNode>();

/** The fields the schema knows at a path, over all its alternatives there that the document can mean. */
function knownKeys(path: Path, document: unknown, terms: Terms): string[] {
  const schema =
    schemas.get(terms.schema) ?? (z.toJSONSchema(terms.schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode);
  schemas.set(terms.schema, schema);
  let nodes = alternatives(schema, document);
  for (const [index, key] of path.entries()) {
    const value = valueAt(document, path.slice(0, index + 1));
    nodes = nodes.flatMap((node) => childOf(node, key)).flatMap((node) => alternatives(node, value));
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: SchemaNode, value: unknown): SchemaNode[] {
  const options = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  const meant = options.filter((option) => isMeant(option, value));
  return [node, ...(meant.length > 0 ? meant : options).flatMap((option) => alternatives(option, value))];
}

/** Of `type: row-count` and the like: the value has the option's constants. */
const isMeant = ({ properties = {} }: SchemaNode, value: unknown): boolean =>
  Object.entries(properties).every(([key, { const: only }]) => only === undefined || valueAt(value, [key]) === only);

function childOf(node: SchemaNode, key: PropertyKey): SchemaNode[] {
  const named = node.properties && Object.hasOwn(node.properties, key) ? node.properties[String(key)] : undefined;
  const other = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  return [typeof key === 'number' ? node.items : (named ?? other)].filter((child) => child !== undefined);
}
