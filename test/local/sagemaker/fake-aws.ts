import { createServer, type IncomingMessage } from 'node:http';

export interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Record<string, unknown>;
}

export interface Notification {
  readonly topic: string | null;
  readonly message: Record<string, unknown>;
}

/** S3, SNS and EventBridge in memory, as far as the stand-in calls them. */
export interface FakeAws {
  readonly endpoint: string;
  /** Contents by `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  readonly events: PublishedEvent[];
  /** What topics were told. */
  readonly notifications: Notification[];
  /** How many of the next PutEvents calls fail. */
  failPutEvents: number;
  /** How many of the next Publish calls fail. */
  failPublish: number;
  /** The first notification, past or to come, about an inference id. */
  notification(inferenceId: string): Promise<Notification>;
  /** The first event, past or to come, that the test accepts. */
  event(accept: (event: PublishedEvent) => boolean): Promise<PublishedEvent>;
  stop(): Promise<void>;
}

export async function startFakeAws(): Promise<FakeAws> {
  const objects = new Map<string, Buffer>();
  const events: PublishedEvent[] = [];
  const notifications: Notification[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (request.headers['x-amz-target'] === 'AWSEvents.PutEvents') {
      if (fake.failPutEvents > 0) {
        fake.failPutEvents -= 1;
        response.writeHead(500).end('{"__type":"InternalException"}');
        return;
      }
      for (const entry of JSON.parse(body.toString()).Entries) {
        const { Source, DetailType, Resources, Detail } = entry;
        events.push({ source: Source, detailType: DetailType, resources: Resources, detail: JSON.parse(Detail) });
      }
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end('{"FailedEntryCount":0,"Entries":[{}]}');
      for (const check of waiting) check();
      return;
    }
    const form = new URLSearchParams(body.subarray(0, 10_000).toString());
    if (request.method === 'POST' && form.get('Action') === 'Publish') {
      if (fake.failPublish > 0) {
        fake.failPublish -= 1;
        response.writeHead(500).end();
        return;
      }
      notifications.push({ topic: form.get('TopicArn'), message: JSON.parse(form.get('Message') ?? '') });
      response.writeHead(200).end('<PublishResponse/>');
      for (const check of waiting) check();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(url.pathname.slice(1));
    const content = objects.get(path);
    if (request.method === 'PUT') {
      objects.set(path, body);
      response.writeHead(200).end();
    } else if (url.searchParams.get('list-type') === '2') {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(listing(objects, path.replace(/\/$/, ''), url.searchParams.get('prefix') ?? ''));
    } else if (content === undefined) {
      response.writeHead(404).end(request.method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>');
    } else {
      response.writeHead(200, { 'content-length': content.length }).end(request.method === 'HEAD' ? '' : content);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no address');
  const first = <T>(list: readonly T[], accept: (item: T) => boolean): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = list.find(accept);
        if (!found) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  const fake: FakeAws = {
    endpoint: `http://127.0.0.1:${address.port}`,
    objects,
    events,
    notifications,
    failPutEvents: 0,
    failPublish: 0,
    event: (accept) => first(events, accept),
    notification: (id) => first(notifications, ({ message }) => message.inferenceId === id),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return fake;
}

function listing(objects: Map<string, Buffer>, bucket: string, prefix: string): string {
  const contents = [...objects]
    .map(([path, content]) => ({ key: path.slice(bucket.length + 1), inside: path.startsWith(`${bucket}/`), content }))
    .filter(({ key, inside }) => inside && key.startsWith(prefix))
    .map(({ key, content }) => `<Contents><Key>${key}</Key><Size>${content.length}</Size></Contents>`)
    .sort();
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
