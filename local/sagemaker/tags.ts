import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Tag } from './schemas/common.ts';

/** Tags by resource ARN, in one file. */
export class Tagging {
  readonly #path: string;
  readonly #tags: Map<string, Tag[]>;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    const stored = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Tag[]>) : {};
    this.#tags = new Map(Object.entries(stored));
  }

  get(resourceArn: string): readonly Tag[] {
    return this.#tags.get(resourceArn) ?? [];
  }

  /** Tags given at creation. */
  set(resourceArn: string, tags: readonly Tag[] | undefined): void {
    if (tags && tags.length > 0) this.add(resourceArn, tags);
  }

  add(resourceArn: string, tags: readonly Tag[]): readonly Tag[] {
    const keys = new Set(tags.map(({ Key }) => Key));
    const kept = this.get(resourceArn).filter(({ Key }) => !keys.has(Key));
    this.#write(resourceArn, [...kept, ...tags]);
    return this.get(resourceArn);
  }

  remove(resourceArn: string, keys: readonly string[]): void {
    this.#write(
      resourceArn,
      this.get(resourceArn).filter(({ Key }) => !keys.includes(Key)),
    );
  }

  /** Forgets the tags of a deleted resource. */
  drop(resourceArn: string): void {
    if (this.#tags.has(resourceArn)) this.#write(resourceArn, []);
  }

  #write(resourceArn: string, tags: Tag[]): void {
    if (tags.length > 0) this.#tags.set(resourceArn, tags);
    else this.#tags.delete(resourceArn);
    writeFileSync(`${this.#path}.tmp`, JSON.stringify(Object.fromEntries(this.#tags)));
    renameSync(`${this.#path}.tmp`, this.#path);
  }
}
