import { describe, expect, it } from 'vitest';
import type { ResourceKind } from '../../../domain/endpoints/orphans.ts';
import { makeHandler } from '../../../lambdas/remove-orphans/handler.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const HOUR = 3_600_000;
const OLD = 'churn-v1-0123abcd';
const YOUNG = 'churn-v2-0123abcd';

/** Models alone: two that nothing needs, one untagged, one that is not Millrace's. */
function aJanitor() {
  const removed: string[] = [];
  const model = (name: string, hours: number, tag = 'registry') => ({
    ...{ name, arn: `arn:model/${name}`, createdAt: new Date(NOW.getTime() - hours * HOUR), tag },
  });
  const models = [model(OLD, 6), model(YOUNG, 5), model('churn-v3-0123abcd', 9, 'another'), model('somebody-elses', 9)];
  const handler = makeHandler({
    registry: memoryRegistry(),
    inventory: {
      page: async (kind: ResourceKind, { before }: { before: Date }) => ({
        items: kind === 'model' ? models.filter(({ createdAt }) => createdAt <= before) : [],
      }),
      tags: async (arn: string) => ({ 'millrace:registry': models.find((one) => one.arn === arn)?.tag ?? '' }),
      remove: async (_kind: ResourceKind, name: string) => void removed.push(name),
    },
    table: 'registry',
    now: () => NOW,
  });
  return { handler, removed };
}

describe('the look for orphans', () => {
  it('deletes what is old enough, tagged and not needed, and nothing else', async () => {
    const { handler, removed } = aJanitor();
    const { orphans } = await handler({ source: 'aws.events' });
    expect(orphans.map(({ name }) => name)).toEqual([OLD]);
    expect(removed).toEqual([OLD]);
  });

  it('tells in a dry run also what is young, from when on it may be deleted, and deletes nothing', async () => {
    const { handler, removed } = aJanitor();
    expect(await handler({ dryRun: true })).toMatchObject({
      removed: 0,
      orphans: [
        { kind: 'model', name: OLD, createdAt: '2026-03-02T06:00:00.000Z', removableFrom: '2026-03-02T12:00:00.000Z' },
        { kind: 'model', name: YOUNG, removableFrom: '2026-03-02T13:00:00.000Z' },
      ],
    });
    expect(removed).toEqual([]);
  });
});
