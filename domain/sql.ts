/** Text for DuckDB statements. Every name and every value that comes from outside goes through one of these. */

/** Column names may hold any printable character. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  // DuckDB's parser ends a statement at a NUL
  return quoted.includes('\0') ? `(${quoted.split('\0').join("' || chr(0) || '")})` : quoted;
}

/** A double, bit for bit: a bare `0.1` would be read as a DECIMAL and lose digits on its way to DOUBLE. */
export function doubleLiteral(value: number): string {
  return `'${value}'::DOUBLE`;
}

export function listLiteral(items: readonly string[], type: 'VARCHAR' | 'DOUBLE'): string {
  return `[${items.join(', ')}]::${type}[]`;
}
