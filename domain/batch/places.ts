import { InvalidInputError } from '../common-errors.ts';
import { BATCH_INPUTS_FOLDER } from '../datasets/landing-key.ts';

/** Where batches may read from, besides data set versions. */
export interface BatchPlaces {
  /** Of it, what was uploaded for the model: `batch-inputs/<model>/` and `<model>/`. */
  readonly landingBucket: string;
  /** Buckets of others, named when the platform was deployed. */
  readonly buckets: readonly string[];
}

export interface S3Place {
  readonly bucket: string;
  /** What lies under it if it ends with a slash; else one object, or what lies in a folder of that name. */
  readonly prefix: string;
}

const MAX_KEY_BYTES = 1_024;

/** @throws InvalidInputError for what is no `s3://bucket/prefix`, and for a place that batches may not read */
export function requirePlace(model: string, uri: string, places: BatchPlaces): S3Place {
  const [, bucket, prefix] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(uri) ?? [];
  if (bucket === undefined || prefix === undefined || Buffer.byteLength(prefix) > MAX_KEY_BYTES)
    throw new InvalidInputError([`prefix: must be s3://bucket/prefix, got ${uri.slice(0, 200)}`]);
  const folders = [`${BATCH_INPUTS_FOLDER}/${model}/`, `${model}/`];
  const inLanding = bucket === places.landingBucket && folders.some((folder) => prefix.startsWith(folder));
  if (inLanding || places.buckets.includes(bucket)) return { bucket, prefix };
  const allowed = [
    ...folders.map((folder) => `s3://${places.landingBucket}/${folder}…`),
    ...places.buckets.map((name) => `s3://${name}/…`),
  ];
  throw new InvalidInputError([`prefix: batches may not read ${uri}; allowed: ${allowed.join(', ')}`]);
}

/** An object as it was listed: the bytes with this entity tag are scored, or none. */
export interface InputObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

/** Writers' marks, unfinished work and folders are no rows. */
export function isInput({ prefix }: S3Place, { key, size }: InputObject): boolean {
  const isUnder = prefix.endsWith('/') || key === prefix || key.startsWith(`${prefix}/`);
  const below = key.slice(prefix.endsWith('/') ? prefix.length : prefix.lastIndexOf('/') + 1);
  return isUnder && size > 0 && below !== '' && !below.split('/').some((name) => /^[._]|\.tmp$/.test(name));
}
