import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { isForeign } from '../front-door.ts';
import { ASYNC_INVOCATION_PATH, invokeEndpointAsync } from './async-invocations.ts';
import type { Context, Faults, Limits, Timings, XgboostVersion } from './context.ts';
import { EventPublisher } from './events.ts';
import { INVOCATION_PATH, invokeEndpoint } from './invocations.ts';
import { type ControlPlane, controlPlane } from './operations.ts';
import { Slots } from './processes.ts';
import { AwsError, readBody, sendError, sendJson, validationException } from './protocol.ts';
import { ObjectStore } from './s3.ts';
import { Store } from './store.ts';

export interface SageMakerOptions {
  /** Loopback only. */
  readonly host?: '127.0.0.1';
  /** 0 takes a free port. */
  readonly port: number;
  /** Everything the stand-in keeps over a restart lives here. */
  readonly stateDir: string;
  /** Where S3, SNS and EventBridge are. */
  readonly awsEndpoint: string;
  readonly region: string;
  readonly accountId: string;
  /** The path of a Python that has this XGBoost; may throw with one clear sentence. */
  readonly python: (xgboostVersion: XgboostVersion) => Promise<string>;
  readonly now?: () => Date;
  readonly log?: (line: string) => void;
  /** Training and transform processes at the same time; more wait as InProgress. @default 2 */
  readonly concurrency?: number;
  readonly limits?: Partial<Limits>;
  readonly timings?: Partial<Timings>;
  readonly faults?: Faults;
}

export interface SageMakerServer {
  readonly port: number;
  /** Ends every process and waits for it. */
  stop(): Promise<void>;
}

const DEFAULT_LIMITS: Limits = { trainingJobs: 100, tuningJobs: 20, transformJobs: 20, endpoints: 50 };
const DEFAULT_TIMINGS: Timings = {
  trainingStopGraceMs: 120_000,
  servingStopGraceMs: 5_000,
  pingTimeoutMs: 240_000,
  invocationTimeoutMs: 60_000,
};
/** The largest control-plane request; SageMaker's own documents are far smaller. */
const CONTROL_BODY_BYTES = 1024 ** 2;
/** `X-Amz-Target` of SageMaker and of Application Auto Scaling, which its endpoints are scaled by. */
const TARGET = /^(SageMaker|AnyScaleFrontendService)\.(.+)$/;

/** Starts the SageMaker stand-in: control plane at `POST /`, runtime at `POST /endpoints/{name}/invocations` and `…/async-invocations`. */
export async function startSageMaker(options: SageMakerOptions): Promise<SageMakerServer> {
  const context = makeContext(options);
  const plane = controlPlane(context, join(context.stateDir, 'tags.json'));
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void answer(context, plane, request, response);
  });
  const port = await new Promise<number>((done, fail) => {
    server.once('error', fail);
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address ? address.port : options.port);
    });
  });
  plane.recover();
  return {
    port,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      await plane.shutdown();
      server.closeAllConnections();
      await closed;
      await context.events.stop();
      context.objects.close();
    },
  };
}

function makeContext(options: SageMakerOptions): Context {
  const { awsEndpoint, region, accountId, python } = options;
  const stateDir = resolve(options.stateDir);
  mkdirSync(stateDir, { recursive: true });
  const now = options.now ?? (() => new Date());
  const log = options.log ?? (() => {});
  const faults = options.faults ?? {};
  return {
    stateDir,
    awsEndpoint,
    region,
    accountId,
    python,
    now,
    log,
    faults,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    store: new Store(stateDir),
    objects: new ObjectStore(awsEndpoint, region, accountId),
    events: new EventPublisher({ awsEndpoint, region, accountId, now, log, faults }),
    slots: new Slots(options.concurrency ?? 2),
  };
}

async function answer(
  context: Context,
  plane: ControlPlane,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const runtime = path !== '/';
  try {
    // a job's environment names the command to run: no web page may send one
    if (isForeign(request.headers))
      throw new AwsError('AccessDeniedException', 'Requests of web pages are refused', 403);
    if (runtime) await answerRuntime(context, plane, path, request, response);
    else sendJson(response, await callOperation(plane, request));
  } catch (error) {
    if (!(error instanceof AwsError))
      context.log(`${request.method} ${path}: ${error instanceof Error ? error.stack : String(error)}`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
    sendError(response, known, runtime ? 'application/json' : 'application/x-amz-json-1.1');
  }
}

async function answerRuntime(
  context: Context,
  plane: ControlPlane,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const endpoint = INVOCATION_PATH.exec(path)?.[1];
  if (request.method === 'POST' && endpoint !== undefined) {
    await invokeEndpoint(context, plane.endpoints, decodeURIComponent(endpoint), request, response);
    return;
  }
  const asynchronous = ASYNC_INVOCATION_PATH.exec(path)?.[1];
  if (request.method === 'POST' && asynchronous !== undefined) {
    await invokeEndpointAsync(context, plane, decodeURIComponent(asynchronous), request, response);
    return;
  }
  throw new AwsError(
    'UnknownOperationException',
    `${request.method} ${path} is not supported by the local SageMaker`,
    404,
  );
}

async function callOperation(plane: ControlPlane, request: IncomingMessage): Promise<unknown> {
  const target = request.headers['x-amz-target'];
  const [, service, operation] = TARGET.exec(String(target)) ?? [];
  if (request.method !== 'POST' || service === undefined || operation === undefined) {
    throw new AwsError(
      'UnknownOperationException',
      `${request.method} / with the target ${String(target)} is not a SageMaker call`,
    );
  }
  const body = await readBody(request, CONTROL_BODY_BYTES);
  if (!body) throw validationException(`The request is larger than ${CONTROL_BODY_BYTES} bytes`);
  const input = parseJson(body.toString());
  // operations without an output answer with an empty body
  return service === 'SageMaker' ? plane.call(operation, input) : plane.callScaling(operation, input);
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON');
  }
}
