import { describe, expect, it } from 'vitest';
import { uploadIdentity } from '../../../domain/datasets/upload.ts';

describe('uploadIdentity', () => {
  const source = { bucket: 'b', key: 'k', versionId: 'v' };

  it('is the same for the same version of the same object', () => {
    expect(uploadIdentity({ ...source })).toBe(uploadIdentity(source));
  });

  it.each([
    { bucket: 'x' },
    { key: 'x' },
    { versionId: 'x' },
    { bucket: 'bk', key: '' },
  ])('differs with %j', (change) => {
    expect(uploadIdentity({ ...source, ...change })).not.toBe(uploadIdentity(source));
  });
});
