import { Document, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { DataFacts } from './facts.ts';
import { type Additions, additions } from './merge.ts';
import type { SuggestedContract } from './suggest-contract.ts';

const STYLE = { lineWidth: 0, flowCollectionPadding: true } as const;

/** A fragment `data:` to be put into a spec, with what was seen as comments. */
export function contractFragment(facts: DataFacts, suggested: SuggestedContract): { document: object; yaml: string } {
  const reserved = suggested.columns.some(({ name }) => name.startsWith('__'));
  const columns = suggested.columns.filter(({ name }) => !name.startsWith('__'));
  const document = {
    data: {
      format: facts.format,
      ...(facts.delimiter !== undefined && facts.delimiter !== ',' && { delimiter: facts.delimiter }),
      columns: columns.map(({ name, type, fields: { nullable, ...fields } }) => ({
        name,
        type,
        ...(nullable && { nullable }),
        ...fields,
      })),
      ...(reserved && { extraColumns: 'ignore' }),
      ...(suggested.keys.length > 0 && { keys: suggested.keys.map((key) => [...key.columns]) }),
      checks: suggested.checks.map(({ check }) => check),
    },
  };
  const yaml = new Document(document, { aliasDuplicateObjects: false });
  yaml.commentBefore = comment(suggested.notes);
  const commented = (path: readonly string[], notes: readonly (readonly string[])[]): void => {
    for (const [i, item] of itemsOf(yaml.getIn(path, true)).entries()) explain(item, notes[i] ?? []);
  };
  commented(
    ['data', 'columns'],
    columns.map(({ why }) => why),
  );
  commented(
    ['data', 'keys'],
    suggested.keys.map(({ why }) => [why]),
  );
  commented(
    ['data', 'checks'],
    suggested.checks.map(({ why }) => [why]),
  );
  return { document, yaml: yaml.toString(STYLE) };
}

/**
 * The author's spec, as it is written, with what would be added to it and why.
 * @param text YAML or JSON that `spec` was read from
 */
export function mergedSpec(
  text: string,
  spec: ModelSpec,
  facts: DataFacts,
  suggested: SuggestedContract,
): { document: unknown; yaml: string; added: Additions } {
  const parsed = parseDocument(text, { version: '1.2', schema: 'core' });
  // comments within JSON are read by nobody
  const yaml = text.trimStart().startsWith('{') ? new Document(parsed.toJS()) : parsed;
  const items = itemsOf(yaml.getIn(['data', 'columns'], true)).filter(isMap);
  const nameOf = (item: YAMLMap): string => String(item.get('name'));
  const written = new Map(items.map((item) => [nameOf(item), new Set(item.items.map(({ key }) => keyText(key)))]));
  const added = additions(spec, written, facts, suggested);
  const byName = new Map(added.columns.map((column) => [column.name, column]));
  for (const item of items) {
    const column = byName.get(nameOf(item));
    if (!column) continue;
    for (const [field, value] of Object.entries(column.fields)) item.set(field, yaml.createNode(value, { flow: true }));
    explain(item, column.comments);
  }
  append(
    yaml,
    ['data', 'keys'],
    added.keys.map(({ columns, why }) => ({ value: [...columns], why })),
  );
  append(
    yaml,
    ['data', 'checks'],
    added.checks.map(({ check, why }) => ({ value: check, why })),
  );
  yaml.commentBefore = [...(yaml.commentBefore ? [yaml.commentBefore] : []), comment(suggested.notes)].join('\n');
  return { document: yaml.toJS(), yaml: yaml.toString(STYLE), added };
}

const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

const itemsOf = (node: unknown): Node[] => (isSeq(node) ? (node.items as Node[]) : []);

const comment = (lines: readonly string[]): string => lines.map((line) => ` ${line}`).join('\n');

/** One line an item, below what the author had to say about it. */
function explain(item: Node, lines: readonly string[]): void {
  if (isMap(item) || isSeq(item)) item.flow = true;
  if (lines.length > 0)
    item.commentBefore = [...(item.commentBefore ? [item.commentBefore] : []), comment(lines)].join('\n');
}

function append(yaml: Document, path: readonly string[], more: readonly { value: unknown; why: string }[]): void {
  if (more.length === 0) return;
  if (itemsOf(yaml.getIn(path, true)).length === 0) yaml.setIn(path, yaml.createNode([]));
  const list = yaml.getIn(path, true) as YAMLSeq;
  list.flow = false;
  for (const { value, why } of more) {
    const node = yaml.createNode(value) as Node;
    explain(node, [why]);
    list.add(node);
  }
}
