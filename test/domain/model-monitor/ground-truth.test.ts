import { describe, expect, it } from 'vitest';
import { Labels, readGroundTruth } from '../../../domain/model-monitor/ground-truth.ts';

/** Of two rows. */
const callOf = (meta: { eventId: string; inferenceId?: string }) => ({
  ...meta,
  time: new Date(0),
  firstRow: 0,
  rows: [['1'], ['2']],
  missingColumns: [],
  extraColumns: [],
});

describe('ground truth', () => {
  const truth = (data: unknown, meta: object, encoding = 'CSV') =>
    readGroundTruth(JSON.stringify({ groundTruthData: { data, encoding }, eventMetadata: meta, eventVersion: '0' }));

  it.each([
    ['one label', truth('1', { eventId: 'e' }), { id: 'e', labels: ['1'] }],
    ['a label per row', truth('1\n0', { eventId: 'e' }), { id: 'e', labels: ['1', '0'] }],
    [
      'the inference id before the event id',
      truth('1', { eventId: 'e', inferenceId: 'i' }),
      { id: 'i', labels: ['1'] },
    ],
    ['JSON', truth('[1, 0]', { eventId: 'e' }, 'JSON'), { id: 'e', labels: ['1', '0'] }],
    ['BASE64', truth('MQ==', { eventId: 'e' }, 'BASE64'), { id: 'e', labels: ['1'] }],
    ['no id', truth('1', {}), { reason: 'no-id' }],
    ['an empty label', truth('', { eventId: 'e' }), { reason: 'empty-data' }],
    ['no label', truth('[null]', { eventId: 'e' }, 'JSON'), { reason: 'no-label' }],
    ['no JSON', readGroundTruth('x'), { reason: 'not-json' }],
    ['another line', readGroundTruth('{}'), { reason: 'not-ground-truth' }],
  ])('is read from %s', (_what, seen, expected) => {
    expect(seen).toEqual(expected);
  });

  it.each([
    ['the inference id', { eventId: 'e', inferenceId: 'i' }, 'i', ['1', '0']],
    ['the event id', { eventId: 'e' }, 'e', ['1', '0']],
    ['the event id, where the call had an inference id besides', { eventId: 'e', inferenceId: 'i' }, 'e', ['1', '0']],
    ['nothing in common', { eventId: 'e' }, 'x', [undefined, undefined]],
  ])('joins by %s', (_what, meta, id, expected) => {
    const labels = new Labels();
    labels.add({ id, labels: ['1', '0'] });
    expect(labels.of(callOf(meta))).toEqual(expected);
  });

  it('does not join with a call of another number of rows', () => {
    const labels = new Labels();
    labels.add({ id: 'e1', labels: ['1'] });
    expect(labels.of(callOf({ eventId: 'e1' }))).toEqual([undefined, undefined]);
    expect(labels.joined).toBe(0);
  });
});
