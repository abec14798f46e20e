import { AwsV4Signer } from 'aws4fetch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../lambdas/infer/sign.ts';

const at = new Date('2026-11-23T12:34:56.789Z');
// keys are split at slashes
const segment = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/\/|^\.{1,2}$/.test(text));
const words = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,8}[\x21-\x7e])?$/);

describe('the signature of a request', () => {
  it('is the one that aws4fetch makes', async () => {
    const request = fc.record({
      service: fc.constantFrom('s3', 'dynamodb', 'firehose', 'sagemaker'),
      region: fc.constantFrom('eu-central-1', 'cn-north-1'),
      host: fc.constantFrom('https://bucket.s3.eu-central-1.amazonaws.com', 'http://127.0.0.1:4566'),
      key: fc.array(segment, { maxLength: 3 }),
      versionId: fc.option(fc.string(), { nil: undefined }),
      sessionToken: fc.option(words, { nil: undefined }),
      header: fc.option(words, { nil: undefined }),
      body: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ service, region, host, key, versionId, sessionToken, header, body }) => {
        // only S3 has keys in its paths
        const path =
          service === 's3' ? key.map(encodeURIComponent).join('/') : 'endpoints/churn-v1-bbbbbbbb/invocations';
        const url = `${host}/${path}${versionId === undefined ? '' : `?versionId=${encodeURIComponent(versionId)}`}`;
        const method = body === undefined ? 'GET' : 'POST';
        const headers = { 'content-type': 'text/csv', accept: '*/*', ...(header ? { 'x-amz-target': header } : {}) };
        const credentials = {
          accessKeyId: 'AKID',
          secretAccessKey: 'secret',
          ...(sessionToken ? { sessionToken } : {}),
        };
        const ours = signedHeaders({ method, url, headers, body: body ?? '' }, { service, region, credentials, at });
        const theirs = await new AwsV4Signer({
          method,
          url,
          headers: { ...headers, 'x-amz-content-sha256': ours['x-amz-content-sha256'] as string },
          body: body ?? null,
          ...credentials,
          service,
          region,
          datetime: '20261123T123456Z',
        }).sign();
        expect(ours).toEqual(Object.fromEntries(theirs.headers));
      }),
    );
  });

  it('covers the bytes of the body', () => {
    const scope = {
      service: 's3',
      region: 'eu-central-1',
      at,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    };
    const digest = (body: string) =>
      signedHeaders({ method: 'PUT', url: 'https://h/', headers: {}, body }, scope)['x-amz-content-sha256'];
    expect(digest('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digest('ü')).not.toBe(digest('u'));
  });
});
