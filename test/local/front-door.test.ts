import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backends, type FrontDoor, isForeign, route, startFrontDoor } from '../../local/front-door.ts';

const MEGABYTE = 1024 * 1024;
const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/${service}/aws4_request, Signature=0`;

describe('the routing table of the front door', () => {
  const cases: [string, Record<string, string>, string, string][] = [
    ['a call signed for SageMaker', { authorization: scope('sagemaker') }, '/', 'sagemaker'],
    [
      'an invocation signed for SageMaker',
      { authorization: scope('sagemaker') },
      '/endpoints/e/invocations',
      'sagemaker',
    ],
    ['a call signed for S3', { authorization: scope('s3') }, '/bucket/key', 'ministack'],
    [
      'an S3 object whose path looks like an endpoint',
      { authorization: scope('s3') },
      '/endpoints/e/invocations',
      'ministack',
    ],
    ['a call that scales an endpoint', { authorization: scope('application-autoscaling') }, '/', 'sagemaker'],
    [
      'an unsigned target of Application Auto Scaling',
      { 'x-amz-target': 'AnyScaleFrontendService.RegisterScalableTarget' },
      '/',
      'sagemaker',
    ],
    ['an unsigned SageMaker target', { 'x-amz-target': 'SageMaker.ListEndpoints' }, '/', 'sagemaker'],
    ['an unsigned DynamoDB target', { 'x-amz-target': 'DynamoDB_20120810.Query' }, '/', 'ministack'],
    ['an unsigned invocation', {}, '/endpoints/e/invocations', 'sagemaker'],
    ['an unsigned call of a REST API', {}, '/restapis/a/prod/_user_request_/endpoints/e/invocations', 'ministack'],
    [
      'a URL presigned for SageMaker',
      {},
      '/?X-Amz-Credential=test%2F20261101%2Fus-east-1%2Fsagemaker%2Faws4_request',
      'sagemaker',
    ],
    [
      'a URL presigned for S3',
      {},
      '/endpoints/e/invocations?X-Amz-Credential=test%2F20261101%2Fus-east-1%2Fs3%2Faws4_request',
      'ministack',
    ],
    ['the health of MiniStack', {}, '/_ministack/health', 'ministack'],
    ['the health of the platform', {}, '/_millrace/health', 'millrace'],
  ];
  for (const [what, headers, url, backend] of cases) {
    it(`sends ${what} to ${backend}`, () => {
      expect(route(headers, url)).toBe(backend);
    });
  }
});

describe('the caller', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['an SDK', { host: '127.0.0.1:4566' }, false],
    ['an SDK with the bucket in the host', { host: 'bucket.localhost:4566' }, false],
    ['a client that keeps the name of the service', { host: 's3.us-east-1.amazonaws.com' }, false],
    ['the console', { host: '127.0.0.1:4566', origin: 'http://127.0.0.1:4566' }, false],
    ['a page served by a local development server', { host: 'localhost:4566', origin: 'http://localhost:5173' }, false],
    ['a page of another site', { host: '127.0.0.1:4566', origin: 'https://evil.example' }, true],
    ['a page of a site that looks local', { host: '127.0.0.1:4566', origin: 'https://localhost.evil.example' }, true],
    ['a page without an origin of its own', { host: '127.0.0.1:4566', origin: 'null' }, true],
    ['a site whose name was rebound to this machine', { host: 'evil.example:4566' }, true],
  ];
  for (const [what, headers, foreign] of cases) {
    it(`is ${foreign ? 'refused' : 'let in'} when it is ${what}`, () => {
      expect(isForeign(headers)).toBe(foreign);
    });
  }
});

describe('the front door', () => {
  const servers: Server[] = [];
  const doors: FrontDoor[] = [];

  afterEach(async () => {
    for (const door of doors.splice(0)) await door.stop();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function behind(handler: (incoming: IncomingMessage, answer: ServerResponse) => void): Promise<number> {
    const server = createServer(handler);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function doorTo(backends: Backends): Promise<string> {
    const door = await startFrontDoor(0, backends, () => ({ id: 'this one' }));
    doors.push(door);
    return `http://127.0.0.1:${door.port}`;
  }

  it('answers its own health', async () => {
    const endpoint = await doorTo({});
    expect(await (await fetch(`${endpoint}/_millrace/health`)).json()).toEqual({ id: 'this one' });
  });

  it('refuses a page of another site', async () => {
    const ministack = await behind((_, answer) => answer.end('secret'));
    const answer = await fetch(await doorTo({ ministack }), { headers: { origin: 'https://evil.example' } });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
  });

  it('hands on method, path, query, Host header and body as they came, and the answer likewise', async () => {
    const ministack = await behind(async (incoming, answer) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      answer.writeHead(201, 'Made', { 'x-amz-version-id': 'v1', 'set-cookie': ['a=1', 'b=2'] });
      answer.end(JSON.stringify({ method: incoming.method, url: incoming.url, host: incoming.headers.host, body }));
    });
    const endpoint = await doorTo({ ministack });
    const answer = await fetch(`${endpoint}/bucket/a%20b%2Bc?X-Amz-Signature=00&uploads=`, {
      method: 'PUT',
      body: 'content',
    });
    expect(answer.status).toBe(201);
    expect(answer.statusText).toBe('Made');
    expect(answer.headers.get('x-amz-version-id')).toBe('v1');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.json()).toEqual({
      method: 'PUT',
      url: '/bucket/a%20b%2Bc?X-Amz-Signature=00&uploads=',
      host: new URL(endpoint).host,
      body: 'content',
    });
  });

  it('sends one request to the stand-in and the next to MiniStack', async () => {
    const ministack = await behind((_, answer) => answer.end('ministack'));
    const sagemaker = await behind((_, answer) => answer.end('sagemaker'));
    const endpoint = await doorTo({ ministack, sagemaker });
    const post = async (service: string) =>
      (await fetch(endpoint, { method: 'POST', headers: { authorization: scope(service) } })).text();
    expect([await post('sagemaker'), await post('dynamodb')]).toEqual(['sagemaker', 'ministack']);
  });

  it('answers 503 for a backend that is not there, so that an SDK tries again', async () => {
    const answer = await fetch(await doorTo({}), { method: 'POST', headers: { authorization: scope('sagemaker') } });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ __type: 'ServiceUnavailable' });
  });

  it('answers 503 for a backend that refuses the connection', async () => {
    const ministack = await behind(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect((await fetch(await doorTo({ ministack }))).status).toBe(503);
  });

  it('keeps the length of a HEAD answer and sends no body', async () => {
    const ministack = await behind((_, answer) => {
      answer.writeHead(200, { 'content-length': '1234', etag: '"e"' });
      answer.end();
    });
    const answer = await fetch(await doorTo({ ministack }), { method: 'HEAD' });
    expect([answer.headers.get('content-length'), await answer.text()]).toEqual(['1234', '']);
  });

  it('asks the client to go on when it expects that', async () => {
    const ministack = await behind(async (incoming, answer) => {
      let length = 0;
      for await (const chunk of incoming) length += chunk.length;
      answer.end(JSON.stringify({ length, expect: incoming.headers.expect ?? null }));
    });
    const outgoing = request(await doorTo({ ministack }), { method: 'PUT', headers: { expect: '100-continue' } });
    outgoing.flushHeaders();
    await once(outgoing, 'continue');
    outgoing.end('12345');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of answer) body += chunk;
    expect(JSON.parse(body)).toEqual({ length: 5, expect: null });
  });

  it('streams 50 MB there and back without holding them', async () => {
    const size = 50 * MEGABYTE;
    const ministack = await behind((incoming, answer) => {
      answer.writeHead(200, { 'content-length': String(size) });
      incoming.pipe(answer);
    });
    const endpoint = await doorTo({ ministack });
    const sent = createHash('sha256');
    const received = createHash('sha256');
    let produced = 0;
    let consumed = 0;
    let largestGap = 0;
    const source = Readable.from(
      (function* () {
        for (; produced < size; produced += MEGABYTE) {
          const chunk = Buffer.alloc(MEGABYTE, produced / MEGABYTE);
          sent.update(chunk);
          yield chunk;
        }
      })(),
      { objectMode: false, highWaterMark: MEGABYTE },
    );
    const outgoing = request(endpoint, { method: 'PUT', headers: { 'content-length': String(size) } });
    source.pipe(outgoing);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    for await (const chunk of answer) {
      received.update(chunk);
      consumed += chunk.length;
      largestGap = Math.max(largestGap, produced - consumed);
    }
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    // what is under way between the two ends: socket buffers, and not the body
    expect(largestGap).toBeLessThan(25 * MEGABYTE);
  });

  it('stops a slow reader from filling the memory', async () => {
    let written = 0;
    const ministack = await behind((_, answer) => {
      const chunk = Buffer.alloc(MEGABYTE);
      const fill = () => {
        while (written < 100 * MEGABYTE) {
          written += MEGABYTE;
          if (!answer.write(chunk)) {
            answer.once('drain', fill);
            return;
          }
        }
        answer.end();
      };
      fill();
    });
    const outgoing = request(await doorTo({ ministack }));
    outgoing.end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(answer, 'readable');
    answer.destroy();
    await finished(answer).catch(() => {});
    expect(written).toBeLessThan(50 * MEGABYTE);
  });

  it('gives up the request behind when the client goes away', async () => {
    const aborted = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const ministack = await behind((incoming) => {
      incoming.on('close', aborted.resolve);
      incoming.resume();
      reached.resolve();
    });
    const outgoing = request(await doorTo({ ministack }), { method: 'POST' });
    outgoing.on('error', () => {});
    outgoing.write('the beginning');
    await reached.promise;
    outgoing.destroy();
    await aborted.promise;
  });

  it('breaks the answer off when the server behind does', async () => {
    const ministack = await behind((_, answer) => {
      answer.writeHead(200, { 'content-length': '100' });
      answer.write('part');
      setImmediate(() => answer.destroy());
    });
    const answer = await fetch(await doorTo({ ministack }));
    await expect(answer.text()).rejects.toThrow();
  });
});
