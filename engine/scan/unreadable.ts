import type { Reason } from '../../domain/registry/entities.ts';

/** How DuckDB's messages about a file begin; lack of memory or disk is none of them. */
const ABOUT_THE_FILE = /^(Invalid Input|Invalid|Conversion|Serialization|Not implemented|IO|Binder) Error:/;
const NOT_THE_FILE = /Out of Memory|No space left|Too many open files|Cannot open file/;

/** A file that cannot be read is the uploader's matter, not a fault of ours: it gets a reason instead of an error. */
export async function unreadable<T>(read: () => Promise<T>): Promise<{ value: T } | { reasons: Reason[] }> {
  try {
    return { value: await read() };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (!ABOUT_THE_FILE.test(message) || NOT_THE_FILE.test(message)) throw error;
    // the engine's message is not passed on: it may quote cells
    const hint = 'it is damaged, or its lines end in different ways';
    return { reasons: [{ code: 'unreadable', message: `the file cannot be read: ${hint}` }] };
  }
}
