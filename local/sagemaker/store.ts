import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ResourceKind } from './context.ts';

/** What every stored resource has; the rest is its Describe answer and private fields that start with `_`. */
export interface StoredResource {
  name: string;
  CreationTime: number;
  LastModifiedTime?: number;
}

/**
 * One JSON document per resource under `<stateDir>/<kind>/<name>.json`, replaced atomically, so that a restart of the
 * platform shows what was there. Names that may be used only once are remembered beyond deletion.
 */
export class Store {
  readonly #root: string;
  readonly #documents = new Map<ResourceKind, Map<string, StoredResource>>();
  readonly #usedNames = new Map<ResourceKind, Set<string>>();

  constructor(root: string) {
    this.#root = root;
  }

  get<Resource extends StoredResource>(kind: ResourceKind, name: string): Resource | undefined {
    return this.#kind(kind).get(name) as Resource | undefined;
  }

  list<Resource extends StoredResource>(kind: ResourceKind): Resource[] {
    return [...this.#kind(kind).values()] as Resource[];
  }

  put(kind: ResourceKind, resource: StoredResource): void {
    const documents = this.#kind(kind);
    documents.set(resource.name, resource);
    const path = join(this.#folder(kind), `${resource.name}.json`);
    writeFileSync(`${path}.tmp`, JSON.stringify(resource, undefined, 1));
    renameSync(`${path}.tmp`, path);
  }

  delete(kind: ResourceKind, name: string): void {
    if (!this.#kind(kind).delete(name)) return;
    this.#usedNames.get(kind)?.add(name);
    appendFileSync(join(this.#folder(kind), USED_NAMES), `${name}\n`);
    rmSync(join(this.#folder(kind), `${name}.json`), { force: true });
  }

  /** True if a resource of this name exists or ever existed. */
  wasUsed(kind: ResourceKind, name: string): boolean {
    return this.#kind(kind).has(name) || (this.#usedNames.get(kind)?.has(name) ?? false);
  }

  #folder(kind: ResourceKind): string {
    return join(this.#root, kind);
  }

  #kind(kind: ResourceKind): Map<string, StoredResource> {
    const known = this.#documents.get(kind);
    if (known) return known;
    const folder = this.#folder(kind);
    mkdirSync(folder, { recursive: true });
    const documents = new Map<string, StoredResource>();
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.json')) continue;
      const resource = JSON.parse(readFileSync(join(folder, file), 'utf8')) as StoredResource;
      documents.set(resource.name, resource);
    }
    const used = join(folder, USED_NAMES);
    const names = existsSync(used) ? readFileSync(used, 'utf8').split('\n').filter(Boolean) : [];
    this.#usedNames.set(kind, new Set(names));
    this.#documents.set(kind, documents);
    return documents;
  }
}

const USED_NAMES = 'used-names.txt';
