import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, nextAuditEvent, verifyAudit } from '../../../domain/registry/audit.ts';
import type { AuditEvent } from '../../../domain/registry/entities.ts';
import type { AuditHead } from '../../../domain/registry/ports.ts';

function chain(subjects: readonly string[]): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (const [index, subject] of subjects.entries()) {
    const change = { by: `person-${index % 3}`, at: new Date(Date.UTC(2026, 0, 1, 0, index)) };
    const audited = { action: 'alias.moved', subject, after: { index } };
    events.push(nextAuditEvent('churn', events.at(-1) ?? EMPTY_CHAIN, audited, change));
  }
  return events;
}

const headOf = (events: readonly AuditEvent[]): AuditHead => events.at(-1) ?? EMPTY_CHAIN;

/** A whole chain of at least `least` events and one place in it. */
const chains = (least: number) =>
  fc
    .array(fc.string(), { minLength: least, maxLength: 12 })
    .chain((subjects) => fc.tuple(fc.constant(chain(subjects)), fc.nat(subjects.length - 1)));

describe('an audit trail', () => {
  it('is intact as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 12 }), (subjects) => {
        const events = chain(subjects);
        expect(verifyAudit(events, headOf(events))).toEqual({ intact: true, events: subjects.length });
      }),
    );
  });

  it('shows any edit of any event, at that event', () => {
    const field = fc.constantFrom('stream', 'prevHash', 'hash', 'actor', 'action', 'subject', 'after', 'at');
    fc.assert(
      fc.property(chains(1), field, fc.string(), ([events, at], name, value) => {
        const event = events[at] as AuditEvent;
        fc.pre(event[name] !== value);
        const edited = events.with(at, { ...event, [name]: value });
        const verdict = verifyAudit(edited, headOf(events));
        expect(verdict).toMatchObject({ intact: false });
        // an edited first event differs in stream from those after it, but its own hash already tells
        expect(verdict).toMatchObject({ seq: event.seq });
      }),
    );
  });

  it('shows an edit even when the hash of the event was made anew', () => {
    fc.assert(
      fc.property(chains(2), ([events, at]) => {
        const event = events[at] as AuditEvent;
        const before = events[at - 1] ?? EMPTY_CHAIN;
        const forged = nextAuditEvent('churn', before, { ...event, after: 'forged' }, { by: 'eve', at: new Date(0) });
        const verdict = verifyAudit(events.with(at, forged), headOf(events));
        expect(verdict).toMatchObject({ intact: false, seq: at + 1 < events.length ? at + 2 : at + 1 });
      }),
    );
  });

  it('shows a dropped event', () => {
    fc.assert(
      fc.property(chains(1), ([events, at]) => {
        const dropped = events.toSpliced(at, 1);
        expect(verifyAudit(dropped, headOf(events))).toMatchObject({ intact: false, seq: at + 1 });
      }),
    );
  });

  it('shows two events that were swapped', () => {
    fc.assert(
      fc.property(chains(2), fc.nat(), ([events, at], offset) => {
        const other = (at + 1 + (offset % (events.length - 1))) % events.length;
        const swapped = events.with(at, events[other] as AuditEvent).with(other, events[at] as AuditEvent);
        expect(verifyAudit(swapped, headOf(events))).toMatchObject({ intact: false, seq: Math.min(at, other) + 1 });
      }),
    );
  });

  it('shows that its end was cut off, given the head', () => {
    fc.assert(
      fc.property(chains(1), ([events, at]) => {
        const cut = events.slice(0, at);
        expect(verifyAudit(cut)).toEqual({ intact: true, events: at });
        expect(verifyAudit(cut, headOf(events))).toMatchObject({ intact: false, seq: at + 1 });
      }),
    );
  });

  it('shows events written past the head', () => {
    const events = chain(['a', 'b', 'c']);
    expect(verifyAudit(events, headOf(events.slice(0, 2)))).toMatchObject({ intact: false });
  });
});
