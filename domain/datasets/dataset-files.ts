import * as z from 'zod';
import type { ArtifactRef } from '../artifacts.ts';
import { type DatasetVersion, Instant } from '../registry/entities.ts';
import type { DatasetParts } from './sets.ts';

/** What can be fetched of a data set version, byte for byte. */
export const DATASET_FILES = ['data', 'raw', 'quarantine', 'profile', 'report', 'html'] as const;
export type DatasetFile = (typeof DATASET_FILES)[number];

const FIELD = {
  data: 'data',
  raw: 'raw',
  quarantine: 'quarantine',
  profile: 'profile',
  report: 'report',
  html: 'reportHtml',
} as const satisfies Record<DatasetFile, keyof DatasetVersion>;

const NAME: Record<Exclude<DatasetFile, 'raw'>, string> = {
  data: 'data.parquet',
  quarantine: 'quarantine.parquet',
  profile: 'profile.json',
  report: 'report.json',
  html: 'report.html',
};

export const artifactOf = (dataset: DatasetVersion, file: DatasetFile): ArtifactRef | undefined => dataset[FIELD[file]];

/** Name to keep a file under: of the bytes that came, the last part of their key, as far as a file may be called that. */
export function fileName({ source }: Pick<DatasetVersion, 'source'>, file: DatasetFile): string {
  if (file !== 'raw') return NAME[file];
  const last = source.key.split(/[/\\]/).at(-1) ?? '';
  const name = last.replace(/[\p{Cc}\p{Cf}:*?"<>|]/gu, '_').replace(/^\.+/, '');
  return cutBytes(name.trim() === '' ? 'upload' : name);
}

/** File systems take 255 bytes; some are left for the name of what is being written. */
const MAX_NAME_BYTES = 200;

function cutBytes(name: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_NAME_BYTES) break;
    kept += character;
  }
  return kept;
}

/** Where a file can be read for some minutes, by whoever has the link. */
export const FileLink = z.object({
  name: z.string(),
  url: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  expiresAt: Instant,
});
export type FileLink = z.infer<typeof FileLink>;

/** Of a set of many objects: links to its files in the order of its parts, page by page from `?after=<files before>`. */
export const FileLinks = z.object({ parts: z.array(FileLink), more: z.boolean() });
export type FileLinks = z.infer<typeof FileLinks>;

export type PartFile = keyof typeof PARTS;
const PARTS = { data: 'files', raw: 'raw', quarantine: 'quarantine' } as const;

/** What a set of many objects has a file of for each part; undefined for the rest, and for a set of one. */
export function partFile({ parts }: DatasetVersion, file: DatasetFile): PartFile | undefined {
  if (parts === undefined) return undefined;
  return file === 'data' || file === 'raw' || file === 'quarantine' ? file : undefined;
}

export const partsOf = (parts: DatasetParts, file: PartFile): readonly ArtifactRef[] => parts[PARTS[file]];

/** `part-00012.parquet`; the bytes that came have no ending, as what they are is their owner's. */
export const partName = (index: number, file: PartFile): string =>
  `part-${String(index).padStart(5, '0')}${file === 'raw' ? '' : '.parquet'}`;
