import { createHash } from 'node:crypto';

/** What stands for a value of a protected column wherever it could be seen: the same everywhere, but not the value. */
export const protectedLabel = (column: string, value: string): string =>
  `#${createHash('sha256').update(`${column}\u001f${value}`).digest('hex').slice(0, 8)}`;
