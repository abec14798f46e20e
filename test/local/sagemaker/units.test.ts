import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricCollector, XGBOOST_METRIC_DEFINITIONS } from '../../../local/sagemaker/metrics.ts';
import { Slots } from '../../../local/sagemaker/processes.ts';
import { joinS3Uri, parseS3Uri, relativePath } from '../../../local/sagemaker/s3.ts';
import { payloads } from '../../../local/sagemaker/transform-records.ts';

describe('the path of an object below its channel', () => {
  for (const [prefix, key, path] of [
    ['in/', 'in/a.csv', 'a.csv'],
    ['in', 'in/a.csv', 'a.csv'],
    ['in/', 'in/deep/a.csv', 'deep/a.csv'],
    ['in/a.csv', 'in/a.csv', 'a.csv'],
    ['in/part', 'in/part-0.csv', 'part-0.csv'],
    ['', 'a.csv', 'a.csv'],
    ['in', 'in//a.csv', 'a.csv'],
  ] as const) {
    it(`is ${path} for ${key} under "${prefix}"`, () => expect(relativePath(prefix, key)).toBe(path));
  }

  it('never leaves the channel', () => {
    for (const key of ['in/../x', 'in/a/../../x', 'in/..'])
      expect(() => relativePath('in/', key)).toThrow(/leaves its folder/);
  });
});

describe('S3 URIs', () => {
  it('are split into bucket and key', () => {
    expect(parseS3Uri('s3://b/k/x')).toEqual({ bucket: 'b', key: 'k/x' });
    expect(parseS3Uri('s3://b')).toEqual({ bucket: 'b', key: '' });
    expect(() => parseS3Uri('https://b/k')).toThrow('not an S3 URI');
  });

  it('are joined with one slash', () => expect(joinS3Uri('s3://b/x//', 'job', 'output')).toBe('s3://b/x/job/output'));
});

describe('metrics', () => {
  const final = (definition: { Name: string; Regex: string }, lines: string[]) => {
    const collector = new MetricCollector([definition]);
    lines.forEach((line, i) => {
      collector.take(line, i);
    });
    return collector.final;
  };

  it('match plain lines and lines as CloudWatch shows them', () => {
    const line = '[12]\ttrain-auc:0.81\tvalidation-auc:0.76';
    for (const Regex of ['.*\\[[0-9]+\\].*#011validation-auc:(\\S+)', '\\[[0-9]+\\].*validation-auc:(\\S+)']) {
      expect(final({ Name: 'm', Regex }, [line])).toEqual([{ MetricName: 'm', Value: 0.76, Timestamp: 0 }]);
    }
  });

  it('keep the last number and skip what is none', () => {
    expect(final({ Name: 'm', Regex: 'm=(\\S+)' }, ['m=1', 'm=2e-3', 'm=oops'])).toEqual([
      { MetricName: 'm', Value: 0.002, Timestamp: 1 },
    ]);
  });

  it('of the built-in image are named by channel', () => {
    const collector = new MetricCollector(XGBOOST_METRIC_DEFINITIONS);
    collector.take('[0]\ttrain-rmse:2.5\tvalidation-rmse:3', 7);
    expect(collector.final.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([
      ['train:rmse', 2.5],
      ['validation:rmse', 3],
    ]);
  });
});

describe('slots', () => {
  it('are given to at most as many as there are, in the order of asking', async () => {
    const slots = new Slots(1);
    const first = await slots.acquire();
    const order: string[] = [];
    const [second, third] = ['second', 'third'].map(async (name) => {
      const release = await slots.acquire();
      order.push(name);
      return release;
    });
    await Promise.resolve();
    expect(order).toEqual([]);
    first?.();
    first?.();
    (await second)?.();
    await third;
    expect(order).toEqual(['second', 'third']);
  });

  it('are not taken by those who gave up waiting', async () => {
    const slots = new Slots(1);
    const first = await slots.acquire();
    const stop = new AbortController();
    const gaveUp = slots.acquire(stop.signal);
    stop.abort();
    expect(await gaveUp).toBeUndefined();
    first?.();
    expect(await slots.acquire()).toBeDefined();
  });
});

describe('payloads', () => {
  const lines = fc.array(fc.stringMatching(/^[a-z0-9,]{1,20}$/), { minLength: 1, maxLength: 30 });
  const cut = async (text: string, splitting: Parameters<typeof payloads>[1]) => {
    const pieces: string[] = [];
    for await (const piece of payloads(Readable.from(Buffer.from(text)), splitting)) pieces.push(piece.toString());
    return pieces;
  };

  it('hold every line once, in order, within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 21, max: 60 }), fc.boolean(), async (given, maxBytes, single) => {
        const strategy = single ? 'SingleRecord' : 'MultiRecord';
        const pieces = await cut(given.join('\n'), { splitType: 'Line', strategy, maxBytes });
        expect(pieces.join('')).toBe(`${given.join('\n')}\n`);
        expect(pieces.every((piece) => Buffer.byteLength(piece) <= maxBytes)).toBe(true);
        if (single) expect(pieces).toHaveLength(given.length);
      }),
    );
  });

  it('refuse a record over the limit', async () => {
    const splitting = { splitType: 'Line', strategy: 'MultiRecord', maxBytes: 4 } as const;
    expect(await cut('abc\n', splitting)).toEqual(['abc\n']);
    await expect(cut('abcd\n', splitting)).rejects.toThrow(/a record is larger/);
  });
});
