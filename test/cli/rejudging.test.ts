import { describe, expect, it } from 'vitest';
import type { RegistryClient } from '../../cli/registry-client.ts';
import { verdictsOf } from '../../cli/rejudging.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import { aDataset } from '../fixtures/entities.ts';

const replay = (version: number, of: number) => aDataset({ version, origin: { kind: 'replay', of, by: 'ana' } });
const matches = ({ origin }: DatasetVersion, of: number) => origin?.of === of;

/** A registry that has one more data set at each look, and a clock that only a sleep moves. */
function waitingFor(asked: number[], datasets: DatasetVersion[]) {
  let looks = 0;
  let ms = 0;
  const lines: string[] = [];
  const client = {
    get: async () => ({ items: datasets.slice(0, looks++), more: false }),
  } as unknown as RegistryClient;
  const clock = {
    now: () => ms,
    sleep: async (length: number) => {
      ms += length;
    },
  };
  const progress = (line: string) => void lines.push(line);
  const found = verdictsOf({ client, model: 'churn', progress }, asked, matches, clock);
  return { found, lines, looks: () => looks, minutes: () => ms / 60_000 };
}

describe('waiting for verdicts', () => {
  it('ends with the last one', async () => {
    const waiting = waitingFor([1, 2], [replay(3, 2), aDataset({ version: 4 }), replay(5, 1)]);
    const found = await waiting.found;
    expect([found.get(1)?.version, found.get(2)?.version]).toEqual([5, 3]);
    expect(waiting.looks()).toBe(4);
    expect(waiting.lines).toEqual(['waiting for the verdict', '1 of 2 are judged']);
  });

  it('ends after five minutes with what there is', async () => {
    const waiting = waitingFor([1, 2], [replay(3, 2)]);
    expect([...(await waiting.found).keys()]).toEqual([2]);
    expect(waiting.minutes()).toBe(5);
  });
});
