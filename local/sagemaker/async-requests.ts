import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request in the queue of an endpoint. */
export interface AsyncRequest {
  /** Ours; the caller's inference id need not be unique. */
  readonly id: string;
  readonly endpointName: string;
  readonly inferenceId: string;
  readonly inputLocation?: string;
  /** base64 */
  readonly inlineBody?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly customAttributes?: string;
  readonly ttlMs: number;
  readonly timeoutMs: number;
  readonly outputLocation: string;
  readonly failureLocation?: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** One file per request below a folder per endpoint: a queue outlives a restart of the platform. */
export class AsyncRequests {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  put(request: AsyncRequest): void {
    const folder = join(this.#root, request.endpointName);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${request.id}.json`);
    writeFileSync(`${path}.tmp`, JSON.stringify(request));
    renameSync(`${path}.tmp`, path);
  }

  delete({ endpointName, id }: AsyncRequest): void {
    rmSync(join(this.#root, endpointName, `${id}.json`), { force: true });
  }

  deleteAll(endpointName: string): void {
    rmSync(join(this.#root, endpointName), { recursive: true, force: true });
  }

  /** The oldest first. */
  list(): AsyncRequest[] {
    mkdirSync(this.#root, { recursive: true });
    return readdirSync(this.#root)
      .flatMap((endpoint) => readdirSync(join(this.#root, endpoint)).map((file) => join(this.#root, endpoint, file)))
      .filter((path) => path.endsWith('.json'))
      .map((path) => JSON.parse(readFileSync(path, 'utf8')) as AsyncRequest)
      .sort((one, other) => one.receivedAt - other.receivedAt);
  }
}
