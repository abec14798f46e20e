/** Longest line, and longest record of several lines, that becomes a row: DuckDB's own default. */
export const MAX_LINE_BYTES = 2_000_000;
/**
 * Longest line in a file that is read at all. DuckDB hands out CSV in pieces of 8 MB; records beyond them vanish without
 * a trace, and take others with them.
 */
export const MAX_FILE_LINE_BYTES = 8_000_000;
/**
 * Rows DuckDB holds at a time, of each thread, and the most bytes of text they may have: 64 KB a line on average. Beyond it
 * the memory of a function would not do.
 */
export const ROWS_AT_ONCE = 2_048;
export const MAX_BYTES_AT_ONCE = 128 * 1024 * 1024;
/** Longest header line that is read. */
export const MAX_HEADER_BYTES = 1024 * 1024;
export const MAX_HEADER_COLUMNS = 10_000;
/** Decompressed bytes for each compressed one. Tables of text reach 5 to 50; a bomb begins at 1,000. */
export const MAX_COMPRESSION_RATIO = 200;
/** Below this many decompressed bytes no ratio is looked at: a small file of equal rows is no bomb. */
export const MIN_BOMB_BYTES = 16 * 1024 * 1024;
/** Rows of one file: what the largest CSV file, 10 GB, can hold in lines of ten bytes. */
export const MAX_ROWS = 1_000_000_000;
