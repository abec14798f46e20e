import { describe, expect, it } from 'vitest';
import { AwsCallError, awsCalls } from '../../../lambdas/infer/aws.ts';

function callsIn(region: string, endpointUrl?: string, answer = () => Response.json({})) {
  const requests: Request[] = [];
  const aws = awsCalls({
    region,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
    ...(endpointUrl ? { endpointUrl } : {}),
    fetch: async (input) => {
      requests.push(input as Request);
      return answer();
    },
  });
  return { aws, requests };
}

const key = { PK: 'p', SK: 's' };
const ref = { bucket: 'lake', key: 'artifacts/ab/a b+c.json', versionId: 'v/1' };
const invocation = { csv: '1', inferenceId: 'i', deadlineMs: 1_000 };

async function urlsOf(region: string, endpointUrl?: string): Promise<string[]> {
  const { aws, requests } = callsIn(region, endpointUrl);
  await aws.getItem('t', key);
  await aws.getObject(ref);
  await aws.invokeEndpoint('e', invocation);
  await aws.putRecord('s', 'line\n');
  return requests.map(({ url }) => url);
}

describe('the signed calls', () => {
  it("go to each service's regional host", async () => {
    expect(await urlsOf('eu-central-1')).toEqual([
      'https://dynamodb.eu-central-1.amazonaws.com/',
      'https://lake.s3.eu-central-1.amazonaws.com/artifacts/ab/a%20b%2Bc.json?versionId=v%2F1',
      'https://runtime.sagemaker.eu-central-1.amazonaws.com/endpoints/e/invocations',
      'https://firehose.eu-central-1.amazonaws.com/',
    ]);
  });

  it('go to the hosts of the China partition in China', async () => {
    for (const url of await urlsOf('cn-north-1')) {
      expect(new URL(url).hostname).toMatch(/\.cn-north-1\.amazonaws\.com\.cn$/);
    }
  });

  it('go through one front door where there is one, with the bucket in the path', async () => {
    expect(await urlsOf('us-east-1', 'http://127.0.0.1:4566/')).toEqual([
      'http://127.0.0.1:4566/',
      'http://127.0.0.1:4566/lake/artifacts/ab/a%20b%2Bc.json?versionId=v%2F1',
      'http://127.0.0.1:4566/endpoints/e/invocations',
      'http://127.0.0.1:4566/',
    ]);
  });

  it('are signed for region and service, with the session token', async () => {
    const { aws, requests } = callsIn('eu-west-1');
    await aws.invokeEndpoint('e', invocation);
    const { headers } = requests[0] as Request;
    expect(headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/sagemaker\/aws4_request, SignedHeaders=.*x-amz-security-token/,
    );
    expect(headers.get('x-amz-security-token')).toBe('token');
  });

  it('read every type of the registry', async () => {
    const Item = {
      a: { S: 'x' },
      b: { N: '1.5' },
      c: { BOOL: false },
      d: { NULL: true },
      e: { L: [{ N: '1' }, { M: { f: { S: 'y' } } }] },
    };
    const { aws } = callsIn('eu-west-1', undefined, () => Response.json({ Item }));
    expect(await aws.getItem('t', key)).toEqual({ a: 'x', b: 1.5, c: false, d: null, e: [1, { f: 'y' }] });
  });

  const failures: [string, () => Response, string][] = [
    [
      'a typed body',
      () => Response.json({ __type: 'com.amazon#ThrottlingException' }, { status: 400 }),
      'ThrottlingException',
    ],
    [
      'a header',
      () => new Response('secret payload', { status: 400, headers: { 'x-amzn-errortype': 'ValidationError:' } }),
      'ValidationError',
    ],
    ['XML', () => new Response('<Error><Code>NoSuchKey</Code></Error>', { status: 404 }), 'NoSuchKey'],
    ['nothing', () => new Response('secret payload', { status: 404 }), 'Unknown'],
  ];
  for (const [where, answer, code] of failures) {
    it(`name the error from ${where} and quote nothing else`, async () => {
      const { aws } = callsIn('eu-west-1', undefined, answer);
      const error = await aws.getItem('t', key).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AwsCallError);
      expect(error).toMatchObject({ code });
      expect((error as Error).message).not.toContain('secret');
    });
  }

  for (const [status, attempts] of [
    [400, 1],
    [429, 2],
    [500, 2],
  ] as const) {
    it(`read ${attempts === 1 ? 'once' : 'twice'} when the answer is ${status}`, async () => {
      const { aws, requests } = callsIn('eu-west-1', undefined, () => new Response('', { status }));
      await expect(aws.getItem('t', key)).rejects.toThrow(String(status));
      expect(requests).toHaveLength(attempts);
    });
  }

  it('count only once, as a repeat would count twice', async () => {
    const { aws, requests } = callsIn('eu-west-1', undefined, () => new Response('', { status: 500 }));
    await expect(
      aws.addCounts('t', key, { version: 1, rev: 4, errors: 0, latencyMs: 1.23456, bins: ['l3', 'p20'] }),
    ).rejects.toThrow('500');
    expect(requests).toHaveLength(1);
    expect(await (requests[0] as Request).json()).toMatchObject({
      UpdateExpression: 'ADD #r :r,#e :e,#l :l,#b0 :r,#b1 :r SET #v=:v,#t=:t',
      ExpressionAttributeNames: { '#b0': 'l3', '#b1': 'p20', '#t': 'rev' },
      ExpressionAttributeValues: {
        ':r': { N: '1' },
        ':e': { N: '0' },
        ':l': { N: '1.235' },
        ':v': { N: '1' },
        ':t': { N: '4' },
      },
    });
  });
});
