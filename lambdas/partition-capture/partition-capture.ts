import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { partitionLines } from '../../domain/capture/partition.ts';
import { NotFoundError } from '../../domain/common-errors.ts';
import { durationMs } from '../../domain/duration.ts';
import { captureKeys } from '../../domain/names.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { logger } from '../runtime/logger.ts';

/** No model can have this name. */
export const UNREADABLE_FOLDER = 'windows/_unreadable/';

export interface PartitionDeps {
  readonly registry: Pick<Registry, 'requireSpec'>;
  readonly files: {
    read(key: string): Promise<Uint8Array>;
    write(key: string, text: string): Promise<void>;
  };
  readonly now: () => Date;
}

/** How long a changed window length may go unnoticed. */
const SPEC_TTL_MS = 60_000;
/** Writes under way at a time: replayed history falls into many windows. */
const PARALLEL_WRITES = 8;

/**
 * Takes objects of Firehose apart by model and event-time window. A window's object is named by the raw object it came
 * from, so the same object twice overwrites itself: delivery may repeat as it likes.
 */
export function partitionCapture({ registry, files, now }: PartitionDeps) {
  const lengths = new Map<string, { readonly ms: number | undefined; readonly readAt: number }>();

  async function windowMs(model: string): Promise<number | undefined> {
    const known = lengths.get(model);
    const time = now().getTime();
    if (known && time - known.readAt < SPEC_TTL_MS) return known.ms;
    const ms = await registry.requireSpec(model).then(
      ({ spec }) => durationMs(spec.monitoring.window),
      (error: unknown) => {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      },
    );
    lengths.set(model, { ms, readAt: time });
    return ms;
  }

  return async (object: { readonly key: string; readonly versionId: string }): Promise<void> => {
    const { windows, unreadable } = await partitionLines(decode(await files.read(object.key)), windowMs);
    const name = `${createHash('sha256').update(`${object.key}\n${object.versionId}`).digest('hex')}.jsonl`;
    if (unreadable.length > 0) await files.write(`${UNREADABLE_FOLDER}${name}`, text(unreadable));
    for (let i = 0; i < windows.length; i += PARALLEL_WRITES) {
      const batch = windows.slice(i, i + PARALLEL_WRITES);
      await Promise.all(
        batch.map(async ({ model, window, lines }) => {
          await files.write(`${captureKeys.windowFolder(model, window)}${name}`, text(lines));
          // after the lines: whoever takes the mark off sees them
          await files.write(captureKeys.dirtyWindow(model, window), '');
        }),
      );
    }
    const lines = windows.reduce((sum, window) => sum + window.lines.length, 0);
    const figures = { key: object.key, windows: windows.length, lines, unreadable: unreadable.length };
    if (unreadable.length > 0) logger.warn('capture-partitioned', figures);
    else logger.info('capture-partitioned', figures);
  };
}

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** The stream may be set to compress; the bytes tell. */
function decode(bytes: Uint8Array): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return new TextDecoder().decode(plain);
}
