/** How long an answer is given again, in milliseconds; the registry's table forgets it some time after. */
export const REPLAYED_MS = 24 * 3_600_000;
/** Milliseconds after which whoever claimed a key is dead: the router runs for 28 s at most. */
export const LEASE_MS = 30_000;
/** Compressed bytes of an answer that are kept; an item of DynamoDB has room for 400 KB. */
export const MAX_KEPT_BYTES = 350_000;

/** What may stand in the header `Idempotency-Key`. */
export const isIdempotencyKey = (key: string): boolean => /^[\x21-\x7e]{1,255}$/.test(key);

/** What is known of a key that somebody has claimed. Times in milliseconds since 1970. */
export interface Claimed {
  /** Digest of the request that the key was first used for. */
  readonly request: string;
  readonly leaseUntil: number;
  /** Absent while it is being answered. */
  readonly answer?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Absent when there were more bytes than are kept. */
    readonly body?: Uint8Array;
  };
}

export type Repetition =
  | { readonly kind: 'replay'; readonly answer: Required<NonNullable<Claimed['answer']>> }
  | { readonly kind: 'conflict'; readonly why: string; readonly retryAfterSeconds?: number };

/** What somebody is told who uses a key again. */
export function repetitionOf(claimed: Claimed, request: string): Repetition {
  if (claimed.request !== request) return { kind: 'conflict', why: 'the key was used for another request' };
  const { answer } = claimed;
  if (!answer) {
    return { kind: 'conflict', why: 'the first request with the key is still being answered', retryAfterSeconds: 1 };
  }
  if (answer.body) return { kind: 'replay', answer: { ...answer, body: answer.body } };
  const why = `the request was answered, with more bytes than are kept (${MAX_KEPT_BYTES} compressed)`;
  return { kind: 'conflict', why };
}
