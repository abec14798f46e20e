import { describe, expect, it } from 'vitest';
import { SigningEnv } from '../../../lambdas/adapters/firehose.ts';
import { s3Links } from '../../../lambdas/adapters/s3-links.ts';
import { anArtifact } from '../../fixtures/entities.ts';

const now = () => new Date('2026-03-02T00:00:00.000Z');
const AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const AWS_SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const keys = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
const linkTo = async (env: NodeJS.ProcessEnv, ref = anArtifact(), name = 'data.parquet') => {
  const { url, expiresAt } = await s3Links(SigningEnv.parse({ ...keys, ...env }), now).read(ref, name);
  return { url: new URL(url), text: url, expiresAt };
};

describe('a link to an artifact', () => {
  it("leads to the bucket's own host for five minutes", async () => {
    const { url, expiresAt } = await linkTo({}, anArtifact({ versionId: 'v1' }));
    expect(url.host).toBe('lake.s3.eu-west-1.amazonaws.com');
    expect(url.pathname).toBe(`/artifacts/${'a'.repeat(64)}/file`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      versionId: 'v1',
      'X-Amz-Expires': '300',
      'X-Amz-Date': '20260302T000000Z',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Credential': `${AWS_ACCESS_KEY_ID}/20260302/eu-west-1/s3/aws4_request`,
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'response-content-disposition': "attachment;filename*=UTF-8''data.parquet",
    });
    expect(url.searchParams.has('X-Amz-Security-Token')).toBe(false);
    expect(expiresAt.toISOString()).toBe('2026-03-02T00:05:00.000Z');
  });

  it('carries the token of a role, under the signature', async () => {
    const [one, other] = [await linkTo({ AWS_SESSION_TOKEN: 'tok/en=' }), await linkTo({ AWS_SESSION_TOKEN: 'else' })];
    expect(one.url.searchParams.get('X-Amz-Security-Token')).toBe('tok/en=');
    expect(one.url.searchParams.get('X-Amz-Signature')).not.toBe(other.url.searchParams.get('X-Amz-Signature'));
  });

  it('leads to the front door of the local platform', async () => {
    const { url } = await linkTo({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/' });
    expect(url.origin).toBe('http://127.0.0.1:4566');
    expect(url.pathname).toBe(`/lake/artifacts/${'a'.repeat(64)}/file`);
  });

  it('keeps the name of a file, whatever it is, out of the rest', async () => {
    const name = `Umsätze "a+b" (1)'; x=\r\n&versionId=evil.csv`;
    const { url, text } = await linkTo({}, anArtifact(), name);
    const disposition = url.searchParams.get('response-content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment;filename\*=UTF-8''[A-Za-z0-9%._~-]+$/);
    expect(decodeURIComponent(disposition.split("''")[1] ?? '')).toBe(name);
    expect(url.searchParams.has('versionId')).toBe(false);
    expect(text).not.toMatch(/[+ ]/);
  });

  it('is for China under its own domain', async () => {
    expect((await linkTo({ AWS_REGION: 'cn-north-1' })).url.host).toBe('lake.s3.cn-north-1.amazonaws.com.cn');
  });
});
