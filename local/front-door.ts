import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { HOST, listenNear } from './ports.ts';

export type Backend = 'millrace' | 'sagemaker' | 'ministack';

/** Ports of the two servers behind the door; undefined while one is not there. */
export interface Backends {
  ministack?: number;
  sagemaker?: number;
}

export interface FrontDoor {
  readonly port: number;
  stop(): Promise<void>;
}

// shorter than the servers behind keep an idle connection, so that none is used while they close it
const IDLE_CONNECTION_MS = 30_000;
const CLIENT_KEEP_ALIVE_MS = 75_000;
const HEALTH_PATH = '/_millrace/health';
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'te', 'trailer', 'expect']);

/** The service in the credential scope of a SigV4 request, whether signed by header or by query. */
function signedService(headers: IncomingMessage['headers'], url: string): string | undefined {
  const header = headers.authorization;
  if (header) return /Credential=[^/\s,]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(header)?.[1];
  return /[?&]X-Amz-Credential=[^&]*?%2F\d{8}%2F[^&%]+%2F([^&%]+)%2Faws4_request/i.exec(url)?.[1];
}

/** SageMaker, and Application Auto Scaling, which scales nothing but its endpoints here. */
const STAND_IN_SERVICES: ReadonlySet<string> = new Set(['sagemaker', 'application-autoscaling']);

/** Who answers a request. A signed request names its service; only without a signature do target and path count. */
export function route(headers: IncomingMessage['headers'], url: string): Backend {
  if (url === HEALTH_PATH) return 'millrace';
  const service = signedService(headers, url);
  if (service) return STAND_IN_SERVICES.has(service) ? 'sagemaker' : 'ministack';
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return /^(?:SageMaker|AnyScaleFrontendService)\./.test(target) ? 'sagemaker' : 'ministack';
  return /^\/endpoints\/[^/?]+\/(?:async-)?invocations(?:\?|$)/.test(url) ? 'sagemaker' : 'ministack';
}

const LOCAL_HOST = /^(?:127\.0\.0\.1|\[::1\]|(?:[^:]+\.)?(?:localhost|amazonaws\.com))(?::\d+)?$/i;
const LOCAL_ORIGIN = /^https?:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?$/i;

/**
 * Whether a web page of another site makes this request: MiniStack lets every origin in and checks no signature, so that
 * any page open in a browser could create a Lambda and run it here. The host is looked at because of DNS rebinding.
 */
export function isForeign(headers: IncomingMessage['headers']): boolean {
  const { host, origin } = headers;
  return (host !== undefined && !LOCAL_HOST.test(host)) || (origin !== undefined && !LOCAL_ORIGIN.test(origin));
}

/** Drops what belongs to one connection; `raw` and the result alternate names and values. */
function endToEnd(raw: readonly string[], also: (name: string) => boolean = () => false): string[] {
  const kept: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    if (!HOP_BY_HOP.has(name) && !also(name)) kept.push(raw[index] as string, raw[index + 1] as string);
  }
  return kept;
}

function refuse(response: ServerResponse, backend: Backend): void {
  const name = backend === 'sagemaker' ? 'the SageMaker stand-in' : 'MiniStack';
  // 503: every AWS SDK tries again by itself
  response.writeHead(503, { 'content-type': 'application/x-amz-json-1.1', connection: 'close' });
  response.end(JSON.stringify({ __type: 'ServiceUnavailable', message: `${name} is not running at this moment` }));
}

function relay(
  incoming: IncomingMessage,
  response: ServerResponse,
  backend: Backend,
  port: number,
  agent: Agent,
): void {
  const outgoing = request({
    host: HOST,
    port,
    agent,
    method: incoming.method,
    path: incoming.url,
    // as received, the Host header with them: both are signed
    headers: endToEnd(incoming.rawHeaders) as never,
  });
  outgoing.on('response', (answer) => {
    response.sendDate = false;
    // the body is framed anew towards the client
    const headers = endToEnd(answer.rawHeaders, (name) => name === 'transfer-encoding');
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers as never);
    pipeline(answer, response, (error) => {
      if (error) outgoing.destroy();
    });
  });
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else refuse(response, backend);
  });
  response.on('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  incoming.on('error', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/**
 * One server before MiniStack and the SageMaker stand-in. Bodies are streamed both ways and never held.
 *
 * @param backends read at each request, so that a restarted backend is found
 * @param health what `/_millrace/health` answers
 */
export async function startFrontDoor(wantedPort: number, backends: Backends, health: () => object): Promise<FrontDoor> {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS, scheduling: 'lifo' });
  const server: Server = createServer({ noDelay: true, requestTimeout: 0, keepAliveTimeout: CLIENT_KEEP_ALIVE_MS });
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    if (isForeign(incoming.headers)) {
      response.writeHead(403, { 'content-type': 'application/x-amz-json-1.1', connection: 'close' });
      response.end(
        JSON.stringify({ __type: 'AccessDenied', message: 'only this machine may call the local platform' }),
      );
      return;
    }
    const backend = route(incoming.headers, incoming.url ?? '/');
    if (backend === 'millrace') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(health()));
      return;
    }
    const port = backends[backend];
    if (port === undefined) refuse(response, backend);
    else relay(incoming, response, backend, port, agent);
  });
  const port = await listenNear(server, wantedPort);
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}
