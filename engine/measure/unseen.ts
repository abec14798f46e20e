import type { UnseenCount } from '../../domain/contracts/checks/measures.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { listLiteral, quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

/** Columns of one statement: each may bring 10,000 values. */
const BATCH_COLUMNS = 20;

/** Cells of columns with `values` that are none of them. */
export async function countUnseen(
  query: Query,
  relation: string,
  spec: ModelSpec,
  names: readonly string[],
): Promise<UnseenCount[]> {
  const columns = spec.data.columns.flatMap(({ name, values }) =>
    names.includes(name) && values ? [{ name, values }] : [],
  );
  const counts: UnseenCount[] = [];
  for (let start = 0; start < columns.length; start += BATCH_COLUMNS) {
    const batch = columns.slice(start, start + BATCH_COLUMNS);
    const list = batch.flatMap(({ name, values }, i) => [
      `count(${quoteIdentifier(name)}) AS p${i}`,
      `count_if(${isKnown(quoteIdentifier(name), values)}) AS k${i}`,
    ]);
    const [row = {}] = await query(`SELECT ${list.join(', ')} FROM ${relation}`);
    for (const [i, { name: column }] of batch.entries()) {
      const present = Number(row[`p${i}`]);
      counts.push({ column, present, unseen: present - Number(row[`k${i}`]) });
    }
  }
  return counts;
}

/** Not true for a missing cell. An ENUM finds a value by hash, but cannot hold a NUL. */
function isKnown(column: string, values: readonly string[]): string {
  const enumerable = values.filter((value) => !value.includes('\0'));
  const others = values.filter((value) => value.includes('\0'));
  const tests = [
    ...(enumerable.length > 0
      ? [`TRY_CAST(${column} AS ENUM(${[...new Set(enumerable)].map(quoteLiteral).join(', ')})) IS NOT NULL`]
      : []),
    ...(others.length > 0 ? [`list_contains(${listLiteral(others.map(quoteLiteral), 'VARCHAR')}, ${column})`] : []),
  ];
  return tests.join(' OR ');
}
