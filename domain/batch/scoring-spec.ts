import { columnsOf } from '../contracts/expression/ast.ts';
import { parseExpression } from '../contracts/expression/parser.ts';
import type { DataSpec } from '../spec/columns.ts';
import type { ModelSpec } from '../spec/model-spec.ts';

/** Names no column: nothing is known of the target of rows that are to be scored. */
const NO_TARGET = '__no_target';

/**
 * The contract of rows that are to be scored: cells and rules as for training, but nothing of the target, which may be
 * there or not, and nothing of the data set as a whole: a row may occur twice.
 * @param target `present`: the file has the column, with anything in it; `absent`: it has not
 */
export function scoringSpec(spec: ModelSpec, target: 'present' | 'absent'): ModelSpec {
  const { data } = spec;
  const columns = data.columns.flatMap((column) => {
    if (column.name !== data.target) return [{ ...column, unique: false }];
    const { name } = column;
    return target === 'absent'
      ? []
      : [{ name, type: 'string', nullable: true, unique: false, nan: 'allow', infinity: 'allow' } as const];
  });
  const rules = data.rules.filter((rule) => !isAboutTarget(rule, data.target));
  return { ...spec, data: { ...data, columns, rules, target: NO_TARGET, keys: [], checks: [] } };
}

function isAboutTarget({ id, expression, when }: DataSpec['rules'][number], target: string): boolean {
  const texts = [expression, when].filter((text) => text !== undefined);
  return id.endsWith(`:${target}`) || texts.some((text) => columnsOf(parseExpression(text)).includes(target));
}

const ENDINGS: readonly (readonly [RegExp, DataSpec['format']])[] = [
  [/\.parquet$/i, 'parquet'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.(csv|tsv)$/i, 'csv'],
];

/** By the ending of its name, before that of a compression; else as the spec has it. */
export function formatOf(key: string, data: Pick<DataSpec, 'format'>): DataSpec['format'] {
  const name = key.replace(/\.(gz|zst)$/i, '');
  return ENDINGS.find(([ending]) => ending.test(name))?.[1] ?? data.format;
}
