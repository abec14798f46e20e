import { describe, expect, it } from 'vitest';
import { type Claimed, isIdempotencyKey, repetitionOf } from '../../../domain/inference/idempotency.ts';

const answer = { status: 200, headers: {}, body: new Uint8Array([1]) };
const aClaim = (changes: Partial<Claimed> = {}): Claimed => ({ request: 'a', leaseUntil: 1, ...changes });

describe('a key that is used again', () => {
  for (const [what, claimed, request, expected] of [
    ['is answered as before', aClaim({ answer }), 'a', { kind: 'replay', answer }],
    ['is refused with another request', aClaim({ answer }), 'b', { kind: 'conflict', why: /another request/ }],
    ['is refused with another request before the first is answered', aClaim(), 'b', { why: /another request/ }],
    ['is to be tried again while it is being answered', aClaim(), 'a', { kind: 'conflict', retryAfterSeconds: 1 }],
    [
      'is refused for an answer too large to keep, and not tried again',
      aClaim({ answer: { status: 200, headers: {} } }),
      'a',
      { kind: 'conflict', why: /more bytes than are kept/ },
    ],
  ] as const) {
    it(what, () => {
      const { why, ...rest } = expected as { why?: RegExp };
      const repetition = repetitionOf(claimed, request);
      expect(repetition).toMatchObject(rest);
      expect('retryAfterSeconds' in repetition).toBe('retryAfterSeconds' in rest);
      if (why) expect(repetition).toMatchObject({ why: expect.stringMatching(why) });
    });
  }

  for (const [key, allowed] of [
    ['a', true],
    ['~'.repeat(255), true],
    ['', false],
    ['a'.repeat(256), false],
    ['a b', false],
    ['ü', false],
  ] as const) {
    it(`${allowed ? 'may be' : 'is not'} ${JSON.stringify(key.slice(0, 20))} of ${key.length}`, () => {
      expect(isIdempotencyKey(key)).toBe(allowed);
    });
  }
});
