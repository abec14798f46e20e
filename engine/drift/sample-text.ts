import { open } from 'node:fs/promises';

const LINE_FEED = 10;
/** Of the beginning, which has the header. */
const FIRST_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;
const PIECES = 28;

/**
 * Lines from all over a text file, in their order, so that a sorted file shows all it holds. A piece begins after a line
 * feed: one within quotes gives a few odd records, and moves a bin's edge at most.
 *
 * @param to written if the file is larger than the sample
 * @returns the path of the sample, or of the file itself
 */
export async function sampleText(path: string, to: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size <= FIRST_BYTES + 2 * PIECES * PIECE_BYTES) return path;
    const sample = await open(to, 'w');
    try {
      const read = async (length: number, at: number): Promise<Uint8Array> => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
        return buffer.subarray(0, bytesRead);
      };
      const first = await read(FIRST_BYTES, 0);
      await sample.write(first.subarray(0, first.lastIndexOf(LINE_FEED) + 1));
      const step = (size - FIRST_BYTES - PIECE_BYTES) / (PIECES - 1);
      for (let piece = 0; piece < PIECES; piece++) {
        const bytes = await read(PIECE_BYTES, FIRST_BYTES + Math.floor(piece * step));
        await sample.write(bytes.subarray(bytes.indexOf(LINE_FEED) + 1, bytes.lastIndexOf(LINE_FEED) + 1));
      }
      return to;
    } finally {
      await sample.close();
    }
  } finally {
    await file.close();
  }
}
