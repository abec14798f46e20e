import { createHash } from 'node:crypto';
import { canonicalDigest, canonicalJson } from '../canonical-json.ts';
import type { AuditEvent } from './entities.ts';
import type { AuditHead, Change } from './ports.ts';

/** Where every chain starts. */
export const EMPTY_CHAIN: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** What is written down about a change: the name of the act, what it was done to, and how that looks since. */
export interface Audited {
  readonly action: string;
  readonly subject: string;
  readonly after: unknown;
}

/** hex SHA-256 of the event's canonical JSON followed by the hash before it */
function hashOf(event: Omit<AuditEvent, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(event)).update(event.prevHash).digest('hex');
}

/** The next link of a model's chain. `after` is stored as the digest of its canonical JSON. */
export function nextAuditEvent(stream: string, head: AuditHead, audited: Audited, change: Change): AuditEvent {
  const event = {
    stream,
    seq: head.seq + 1,
    prevHash: head.hash,
    actor: change.by,
    action: audited.action,
    subject: audited.subject,
    after: canonicalDigest(audited.after),
    at: change.at.toISOString(),
  };
  return { ...event, hash: hashOf(event) };
}

export type AuditVerdict =
  | { readonly intact: true; readonly events: number }
  /** `seq` is the first link that does not hold. */
  | { readonly intact: false; readonly seq: number; readonly problem: string };

/**
 * Replays a whole chain, oldest first. Without `head` a chain that was cut short at its end cannot be told from a
 * shorter one.
 */
export function verifyAudit(events: readonly AuditEvent[], head?: AuditHead): AuditVerdict {
  let previous = EMPTY_CHAIN;
  for (const event of events) {
    const broken = (problem: string): AuditVerdict => ({ intact: false, seq: previous.seq + 1, problem });
    const { hash, ...content } = event;
    if (event.seq !== previous.seq + 1) return broken(`event ${previous.seq + 1} is missing; ${event.seq} follows`);
    if (event.stream !== events[0]?.stream) return broken(`it belongs to the stream ${event.stream}`);
    if (event.prevHash !== previous.hash) return broken('it does not continue the event before it');
    if (hash !== hashOf(content)) return broken('its content does not match its hash');
    previous = { seq: event.seq, hash };
  }
  if (head && (head.seq !== previous.seq || head.hash !== previous.hash)) {
    const seq = Math.min(head.seq, previous.seq + 1);
    const problem = head.seq === previous.seq ? 'it is not the event the head names' : `the head is event ${head.seq}`;
    return { intact: false, seq, problem: `the chain ends at ${previous.seq}: ${problem}` };
  }
  return { intact: true, events: events.length };
}
