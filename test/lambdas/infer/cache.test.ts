import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteLru } from '../../../lambdas/infer/cache.ts';
import { emfMetrics } from '../../../lambdas/infer/metrics.ts';

describe('the artifact cache', () => {
  it('drops what was not used for longest', () => {
    const cache = new ByteLru<string>(10);
    cache.set('a', 'A', 4);
    cache.set('b', 'B', 4);
    cache.get('a');
    cache.set('c', 'C', 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('never holds more bytes than its bound and knows how many it holds', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 12 })));
    fc.assert(
      fc.property(steps, (sets) => {
        const cache = new ByteLru<number>(10);
        for (const [key, bytes] of sets) cache.set(key, bytes, bytes);
        const held = ['a', 'b', 'c', 'd'].reduce((sum, key) => sum + (cache.get(key) ?? 0), 0);
        expect(cache.bytes).toBe(held);
        expect(held).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe('metrics', () => {
  function collected() {
    const lines: string[] = [];
    let ms = 1_000;
    const metrics = emfMetrics(
      (line) => lines.push(line),
      () => new Date(ms),
    );
    return { lines, metrics, advance: (by: number) => (ms += by) };
  }

  it('wait for ten seconds, then go out together without dimensions', () => {
    const { lines, metrics, advance } = collected();
    metrics.add('PredictedRows', 3);
    metrics.add('InferLatencyMs', 1.5);
    metrics.settle();
    advance(9_999);
    metrics.settle();
    expect(lines).toEqual([]);
    advance(1);
    metrics.settle();
    metrics.settle();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: 11_000,
          CloudWatchMetrics: [
            {
              Namespace: 'Millrace',
              Dimensions: [[]],
              Metrics: [
                { Name: 'PredictedRows', Unit: 'Count' },
                { Name: 'InferLatencyMs', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        PredictedRows: [3],
        InferLatencyMs: [1.5],
      },
    ]);
  });

  it('go out at once when capture failed, and at a hundred values', () => {
    const { lines, metrics } = collected();
    metrics.add('CaptureFailed', 1);
    metrics.settle();
    expect(lines).toHaveLength(1);
    for (let i = 0; i < 100; i++) metrics.add('InferLatencyMs', i);
    expect(lines).toHaveLength(2);
  });
});
