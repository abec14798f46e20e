import * as z from 'zod';
import type { Reason } from '../registry/entities.ts';
import { parseLandingKey, type SealForm } from './landing-key.ts';
import type { SetPart } from './sets.ts';

/** Objects of one set: as many as one Distributed Map takes. */
export const MAX_PARTS = 10_000;
/** Bytes of one set. `data.maxSizeMb` holds for each of its objects. */
export const MAX_SET_BYTES = 100 * 1024 ** 3;
/** A manifest is read whole: the longest names of the most objects. */
export const MAX_MANIFEST_BYTES = 16 * 1024 ** 2;
const SHOWN_NAMES = 20;
const MEGABYTE = 1024 ** 2;

/** `manifest.json`: names relative to its folder, in the order the rows are meant to be in. */
export const Manifest = z.strictObject({
  files: z.array(z.string().min(1).max(1_024)).min(1).max(MAX_PARTS),
});
export type Manifest = z.infer<typeof Manifest>;

/** An object that lies in the folder of a set. */
export interface ListedObject {
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
}

/** The folder that a seal is about, with its slash. */
export const setFolder = (model: string, set: string): string => `${model}/${set}/`;

/** @returns what the manifest says, or why it says nothing */
export function parseManifest(text: string): Manifest | { reasons: Reason[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reasons: [{ code: 'bad-manifest', message: 'manifest.json is not JSON' }] };
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  return {
    reasons: parsed.error.issues.slice(0, SHOWN_NAMES).map(({ path, message }) => ({
      code: 'bad-manifest',
      message: `manifest.json: ${[...path.map(String), message].join(': ')}`,
    })),
  };
}

/**
 * The objects of a sealed set in their order: that of the manifest, or of their keys. Hidden and temporary objects do not
 * belong to it.
 */
export function partsOf(
  { form, folder, maxSizeMb }: { form: SealForm; folder: string; maxSizeMb: number },
  listed: readonly ListedObject[],
  manifest?: Manifest,
): { parts: SetPart[]; size: number } | { reasons: Reason[] } {
  const objects = listed.filter(({ key }) => parseLandingKey(key).kind === 'part');
  const named = form === 'manifest' && manifest ? byManifest(folder, objects, manifest) : { objects };
  if ('reasons' in named) return named;
  const size = named.objects.reduce((sum, object) => sum + object.size, 0);
  const reasons = limitsBroken(named.objects, size, { folder, maxSizeMb });
  if (reasons.length > 0) return { reasons };
  return {
    size,
    parts: named.objects.map(({ key, versionId, size: bytes }, index) => ({ index, key, versionId, size: bytes })),
  };
}

function byManifest(
  folder: string,
  objects: readonly ListedObject[],
  { files }: Manifest,
): { objects: ListedObject[] } | { reasons: Reason[] } {
  const found = new Map(objects.map((object) => [object.key.slice(folder.length), object]));
  const wanted = new Set(files);
  const seen = new Set<string>();
  const twice = files.filter((name) => seen.size === seen.add(name).size);
  const reasons = [
    ...reasonsFor('bad-manifest', 'is named twice in manifest.json', [...new Set(twice)]),
    ...reasonsFor(
      'missing-file',
      'is named in manifest.json, but not there',
      [...wanted].filter((name) => !found.has(name)),
    ),
    ...reasonsFor(
      'extra-file',
      'is there, but not named in manifest.json',
      [...found.keys()].filter((name) => !wanted.has(name)),
    ),
  ];
  return reasons.length > 0 ? { reasons } : { objects: files.map((name) => found.get(name) as ListedObject) };
}

function limitsBroken(
  objects: readonly ListedObject[],
  size: number,
  { folder, maxSizeMb }: { folder: string; maxSizeMb: number },
): Reason[] {
  if (objects.length === 0) return [{ code: 'empty-set', message: `there is no object in ${folder}` }];
  if (objects.length > MAX_PARTS)
    return [{ code: 'too-many-parts', message: `the set has more than ${MAX_PARTS} objects` }];
  if (size > MAX_SET_BYTES)
    return [{ code: 'too-large', message: `the set has ${size} bytes; at most ${MAX_SET_BYTES} are taken` }];
  const limit = maxSizeMb * MEGABYTE;
  const large = objects.filter((object) => object.size > limit).map(({ key }) => key.slice(folder.length));
  return reasonsFor('too-large', `is larger than data.maxSizeMb allows (${limit} bytes)`, large);
}

function reasonsFor(code: string, what: string, names: readonly string[]): Reason[] {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => ({ code, message: `${JSON.stringify(name)} ${what}` }));
  if (names.length <= SHOWN_NAMES) return shown;
  return [...shown, { code, message: `and ${names.length - SHOWN_NAMES} more: each ${what}` }];
}
