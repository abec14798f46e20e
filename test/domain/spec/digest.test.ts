import { describe, expect, it } from 'vitest';
import { specDigest } from '../../../domain/spec/digest.ts';
import { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { aModelSpec, aSpecDocument } from '../../fixtures/builders.ts';

describe('specDigest', () => {
  it('is the same for the same spec with its keys in another order', () => {
    const reversed = Object.fromEntries(Object.entries(aSpecDocument()).reverse());
    expect(specDigest(ModelSpec.parse(reversed))).toBe(specDigest(aModelSpec()));
  });

  it('is the same for a default that is written out', () => {
    expect(specDigest(aModelSpec({ deployment: { target: 'serverless' } }))).toBe(specDigest(aModelSpec()));
  });

  it('differs for another spec', () => {
    expect(specDigest(aModelSpec({ description: 'x' }))).not.toBe(specDigest(aModelSpec()));
  });
});
