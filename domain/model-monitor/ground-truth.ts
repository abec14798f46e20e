import { rowId } from '../inference/inference-id.ts';
import { readPayload } from './payload.ts';
import type { SageMakerCall } from './sagemaker-capture.ts';

export interface GroundTruth {
  /** `inferenceId` if the line has one, else `eventId`. */
  readonly id: string;
  /** What turned out to be true, one text per row of the call. */
  readonly labels: readonly string[];
}

/** Reads one ground-truth line, of SageMaker's form or with `millrace` besides. Never throws. */
export function readGroundTruth(line: string): GroundTruth | { readonly reason: string } {
  const document = parsed(line);
  if (typeof document !== 'object' || document === null) return { reason: 'not-json' };
  const { groundTruthData, eventMetadata } = document as Record<string, unknown>;
  if (typeof groundTruthData !== 'object' || groundTruthData === null) return { reason: 'not-ground-truth' };
  const { inferenceId, eventId } = (
    typeof eventMetadata === 'object' && eventMetadata !== null ? eventMetadata : {}
  ) as {
    inferenceId?: unknown;
    eventId?: unknown;
  };
  const id = [inferenceId, eventId].find((one) => typeof one === 'string' && one !== '');
  if (typeof id !== 'string') return { reason: 'no-id' };
  const payload = readPayload(groundTruthData);
  if ('reason' in payload) return payload;
  const cells =
    payload.kind === 'csv' ? payload.records.flat() : payload.kind === 'json' ? [payload.value].flat() : payload.values;
  const labels = cells.map(labelOf);
  return labels.length > 0 && labels.every((label) => label !== undefined) ? { id, labels } : { reason: 'no-label' };
}

function labelOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * Labels of a call's rows; of two for a row the one added later counts, as it is a correction. A label's id may be that
 * of a row (`<inference id>.<row>`, as Millrace writes it), of the inference or of the event.
 */
export class Labels {
  readonly #byId = new Map<string, readonly string[]>();
  readonly #used = new Set<string>();

  add({ id, labels }: GroundTruth): void {
    this.#byId.set(id, labels);
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Labels for which a call was asked about. */
  get joined(): number {
    return this.#used.size;
  }

  /** @returns one per row; undefined where none is known */
  of({ eventId, inferenceId, firstRow, rows }: SageMakerCall): (string | undefined)[] {
    const ids = [inferenceId, eventId].filter((id) => id !== undefined);
    const whole = ids.find((id) => this.#byId.get(id)?.length === rows.length);
    return rows.map((_, i) => {
      const row = ids.map((id) => rowId(id, firstRow + i)).find((id) => this.#byId.has(id));
      const id = row ?? whole;
      if (id === undefined) return undefined;
      this.#used.add(id);
      return this.#byId.get(id)?.[row === undefined ? i : 0];
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
