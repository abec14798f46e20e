import { Document, isMap, isScalar } from 'yaml';
import type { InferredSpec } from './infer.ts';

/** YAML of a spec with what was guessed as comments above its fields. */
export function specYaml({ document, notes }: InferredSpec, schema: string): string {
  const yaml = new Document(document, { aliasDuplicateObjects: false });
  for (const [path, note] of notes) {
    const keys = path.split('.');
    const parent = yaml.getIn(keys.slice(0, -1), true) ?? yaml.contents;
    if (!isMap(parent)) continue;
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === keys.at(-1));
    if (isScalar(pair?.key)) pair.key.commentBefore = ` ${note}`;
  }
  // one line a column
  const columns = yaml.getIn(['data', 'columns'], true);
  const items =
    columns !== null && typeof columns === 'object' && 'items' in columns ? (columns.items as unknown[]) : [];
  for (const column of items) if (isMap(column)) column.flow = true;
  return `# yaml-language-server: $schema=${schema}\n${yaml.toString({ lineWidth: 0, flowCollectionPadding: true })}`;
}
