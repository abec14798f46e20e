import type { Reason } from '../../domain/registry/entities.ts';

/** How DuckDB's messages about a file begin; lack of memory or disk is none of them. */
const ABOUT_THE_FILE = /^(Invalid Input|Invalid|Conversion|Serialization|Not implemented|IO|Binder) Error:/;
const NOT_THE_FILE = /Out of Memory|No space left|Too many open files|Cannot open file/;
/** A CSV reader that expects one kind of line end meets another. */
const MIXED_LINE_ENDS = /state machine reached an invalid state/;

/** A file that cannot be read is the uploader's matter, not a fault of ours: it gets a reason instead of an error. */
export async function unreadable<T>(read: () => Promise<T>): Promise<{ value: T } | { reasons: Reason[] }> {
  try {
    return { value: await read() };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (!ABOUT_THE_FILE.test(message) || NOT_THE_FILE.test(message)) throw error;
    // the engine's message is not passed on: it may quote cells
    if (MIXED_LINE_ENDS.test(message))
      return { reasons: [{ code: 'mixed-line-ends', message: 'some lines end with LF, others with CR LF or CR' }] };
    return { reasons: [{ code: 'unreadable', message: 'the file cannot be read: it is damaged' }] };
  }
}
