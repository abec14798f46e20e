import { describe, expect, it } from 'vitest';
import { mergeProfiles, type Profile } from '../../../domain/profiles/profile.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { validated } from '../../fixtures/validated.ts';

/** A spec of the column `x`, which may be missing, and a number as the target. */
const specOf = (x: object, data: object = {}) =>
  aModelSpec({
    task: 'regression',
    data: {
      columns: [
        { name: 'x', nullable: true, ...x },
        { name: 'y', type: 'number' },
      ],
      target: 'y',
      id: undefined,
      timestamp: undefined,
      protected: [],
      maxQuarantineShare: 1,
      ...data,
    },
  });

describe('the profile of large numbers', () => {
  it.each([
    ['1e140', true],
    ['-1e140', true],
    ['1.1e140', false],
    ['-1e200', false],
  ])('of %s alone has moments: %s', async (cell, has) => {
    const { judgement } = await validated(specOf({ type: 'number' }), `x,y\n${cell},1\n`);
    expect(judgement.profile?.columns[0]?.m2 !== undefined).toBe(has);
  });

  it('merges into what JSON can hold', async () => {
    const parts = await Promise.all(
      ['1e200', '-1e200'].map((x) => validated(specOf({ type: 'number' }), `x,y\n${x},1\n`)),
    );
    const [a, b] = parts.map(({ judgement }) => judgement.profile as Profile);
    const merged = mergeProfiles({ ...(a as Profile), columns: [bare(a)] }, { ...(b as Profile), columns: [bare(b)] });
    expect(JSON.parse(JSON.stringify(merged))).toEqual(merged);
  });
  const bare = (profile: Profile | undefined) => {
    const { bins: _bins, ...column } = profile?.columns[0] as Profile['columns'][number];
    return column;
  };
});

describe('rows with repeated keys', () => {
  it.each([
    [['a', 'twin', 'twin']],
    [['twin', 'a', 'twin']],
    [['a', 'twin', 'b', 'twin', 'c']],
    [['twin', ...Array.from({ length: 5_000 }, (_, i) => `k${i}`), 'twin', 'last']],
  ])('are accepted in the order of the file', async (keys) => {
    const spec = specOf({ type: 'string', unique: true });
    const { accepted } = await validated(spec, `x,y\n${keys.map((key) => `${key},1\n`).join('')}`);
    expect(accepted.map(({ x }) => x)).toEqual([...new Set(keys)]);
  });
});
