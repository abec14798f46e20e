import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Problem } from './problem.ts';

export const MAX_SPEC_TEXT_BYTES = 512 * 1024;
/** A spec is 6 levels deep; far deeper text is an attack on the parser. */
const MAX_DEPTH = 32;
/** Brackets open at once, those in texts too: the parser needs seconds for very many. */
const MAX_BRACKETS = 1_000;
const MAX_PROBLEMS = 20;

/**
 * Reads YAML or JSON, which is YAML, too. Duplicate keys, tags, aliases, several documents, deep nesting and text beyond
 * 512 KB are refused, so that a spec means the same to every reader and reading it costs little.
 */
export function parseSpecText(text: string): { document: unknown } | { problems: Problem[] } {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SPEC_TEXT_BYTES)
    return refused('is too large', `${bytes} bytes`, `at most ${MAX_SPEC_TEXT_BYTES} bytes`);
  if (openBrackets(text) > MAX_BRACKETS)
    return refused('is nested too deeply', `more than ${MAX_BRACKETS} brackets open`, `${MAX_DEPTH} levels`);
  // the parser compares each key with each other; inspect() does it in one go
  const parsed = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    merge: false,
    logLevel: 'error',
  });
  const faults: Fault[] = [...parsed.errors, ...parsed.warnings];
  if (faults.length === 0 && parsed.contents) inspect(parsed.contents, 1, faults);
  if (faults.length > 0) return { problems: faults.slice(0, MAX_PROBLEMS).map((fault) => problemOf(fault, text)) };
  return { document: parsed.toJS() as unknown };
}

function refused(message: string, seen: string, allowed: string): { problems: Problem[] } {
  return { problems: [{ path: '', message, seen, allowed }] };
}

function openBrackets(text: string): number {
  let open = 0;
  let most = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) | 0x20; // [ and { differ in this bit, as ] and } do
    if (code === 0x7b) most = Math.max(most, ++open);
    else if (code === 0x7d) open = Math.max(0, open - 1);
  }
  return most;
}

interface Fault {
  readonly message: string;
  readonly pos: readonly [start: number, end: number];
}

function inspect(node: unknown, depth: number, faults: Fault[]): void {
  const add = (message: string, at: Node) => faults.push({ message, pos: [at.range?.[0] ?? 0, at.range?.[1] ?? 0] });
  if (isAlias(node)) add('Aliases are not allowed', node);
  else if (isScalar(node) || isMap(node) || isSeq(node)) {
    if (node.tag !== undefined) add(`Tags are not allowed: ${node.tag}`, node);
    if (depth > MAX_DEPTH) add(`Nested more than ${MAX_DEPTH} levels deep`, node);
    else if (isSeq(node)) for (const item of node.items) inspect(item, depth + 1, faults);
    else if (isMap(node)) {
      const keys = new Set<string>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name === undefined) add('Keys must be plain names', isNode(key) ? key : node);
        else if (keys.has(name)) add(`Map keys must be unique: ${JSON.stringify(name)}`, key as Node);
        else keys.add(name);
        inspect(value, depth + 1, faults);
      }
    }
  }
}

const isNode = (value: unknown): value is Node => isAlias(value) || isMap(value) || isSeq(value);

function problemOf({ message, pos }: Fault, text: string): Problem {
  const line = text.slice(0, pos[0]).split('\n').length;
  const [snippet = ''] = text.slice(pos[0], Math.max(pos[1], pos[0] + 1)).split('\n');
  return {
    path: `line ${line}`,
    message: (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$|; please use .*$/, ''),
    seen: JSON.stringify(snippet.slice(0, 80)),
    allowed: 'YAML or JSON, each key once, without tags and aliases',
  };
}
