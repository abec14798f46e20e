import { expect, it } from 'vitest';
import { isUnusable, UNUSABLE_CODES } from '../../../domain/contracts/unusable.ts';

for (const code of UNUSABLE_CODES) {
  it(`takes a file that is refused as ${code} for unusable, but not lines that are set aside for it`, () => {
    expect(isUnusable([{ code: 'missing-column' }, { code }])).toBe(true);
    expect(
      isUnusable([
        { code: 'too-many-bad-rows', rows: 9 },
        { code, rows: 9 },
      ]),
    ).toBe(false);
  });
}

it('leaves to the contract what the contract refuses', () => {
  for (const code of ['missing-column', 'extra-column', 'no-rows', 'too-large', 'too-few-rows', 'volume'])
    expect(isUnusable([{ code }])).toBe(false);
  expect(isUnusable([])).toBe(false);
});
