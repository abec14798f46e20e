import type { Column } from './columns.ts';

/** DuckDB's type of a column in accepted data. */
export const SQL_TYPE: Record<Column['type'], string> = {
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
  category: 'VARCHAR',
  timestamp: 'TIMESTAMP',
};
