import { ModelName } from '../spec/model-spec.ts';

export type LandingKey =
  /** One object = one data set of one model. */
  | { readonly kind: 'dataset'; readonly model: string; readonly file: string }
  /** One of the objects of a set: nothing happens before the set is sealed. */
  | { readonly kind: 'part'; readonly model: string; readonly set: string; readonly file: string }
  /** Says that every object of a set is there: many objects = one data set. */
  | { readonly kind: 'seal'; readonly model: string; readonly set: string; readonly form: SealForm }
  | { readonly kind: 'spec'; readonly name: string }
  /** Nothing to do, and nobody made a mistake. */
  | {
      readonly kind: 'ignored';
      readonly why: 'folder-marker' | 'hidden' | 'temporary' | 'spec-problems' | 'batch-inputs';
    }
  /** A mistake; `model` is there if the key names one beyond doubt. */
  | { readonly kind: 'invalid'; readonly why: InvalidKey; readonly model?: string };

/** `_SUCCESS`, as Spark and Hadoop write it, takes what is in the folder; `manifest.json` names it. */
export type SealForm = 'success' | 'manifest';

export type InvalidKey =
  | 'too-long'
  | 'control-characters'
  | 'path-tricks'
  | 'no-model'
  | 'bad-model-name'
  | 'too-deep'
  | 'bad-spec-name';

export const SPEC_FOLDER = 'specs';
/** Where apply-spec says what is wrong with a spec; outside `specs/`, so that writing there wakes nothing. */
export const SPEC_PROBLEMS_FOLDER = 'spec-problems';

/** Names that seal `<model>/<set>/`. */
const SEALS: ReadonlyMap<string, SealForm> = new Map([
  ['_SUCCESS', 'success'],
  ['manifest.json', 'manifest'],
]);

/** `batch-inputs/<model>/…` waits to be scored: no data set comes of it. */
export const BATCH_INPUTS_FOLDER = 'batch-inputs';

const MAX_KEY_BYTES = 1_024;
const SPEC_FILE = /^(.+)\.(?:yaml|yml|json)$/;
const TEMPORARY = /(?:\.tmp|\.temp|\.part|\.filepart|\.crdownload|\.swp|~|_\$folder\$)$/i;

/**
 * What an object in the landing bucket is, by its key as EventBridge spells it: raw, so never decode it. A key that could
 * be read in two ways is invalid: the model is exactly what stands before the first slash, the set before the second.
 */
export function parseLandingKey(key: string): LandingKey {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return { kind: 'invalid', why: 'too-long' };
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(key) || !key.isWellFormed()) return { kind: 'invalid', why: 'control-characters' };
  if (key.endsWith('/') && !key.startsWith('/') && !key.includes('//'))
    return { kind: 'ignored', why: 'folder-marker' };
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..') || key.includes('\\'))
    return { kind: 'invalid', why: 'path-tricks' };
  const [folder = '', file, ...deeper] = segments;
  if (folder === SPEC_PROBLEMS_FOLDER) return { kind: 'ignored', why: 'spec-problems' };
  if (folder === BATCH_INPUTS_FOLDER) return { kind: 'ignored', why: 'batch-inputs' };
  if (file === undefined) return { kind: 'invalid', why: 'no-model' };
  const [part, ...below] = deeper;
  const inSet = part !== undefined && below.length === 0 && !isHidden(file) && folder !== SPEC_FOLDER;
  const seal = inSet ? SEALS.get(part) : undefined;
  // writers keep unfinished work in hidden folders: `_temporary/0/…`
  if (!seal && [file, ...deeper].some(isHidden)) return { kind: 'ignored', why: 'hidden' };
  if (TEMPORARY.test(deeper.at(-1) ?? file)) return { kind: 'ignored', why: 'temporary' };
  if (folder === SPEC_FOLDER) return parseSpecKey(file, deeper.length);
  if (!ModelName.safeParse(folder).success) return { kind: 'invalid', why: 'bad-model-name' };
  if (below.length > 0) return { kind: 'invalid', why: 'too-deep', model: folder };
  if (seal) return { kind: 'seal', model: folder, set: file, form: seal };
  if (part !== undefined) return { kind: 'part', model: folder, set: file, file: part };
  return { kind: 'dataset', model: folder, file };
}

const isHidden = (name: string): boolean => /^[._]/.test(name);

function parseSpecKey(file: string, deeper: number): LandingKey {
  const [, name] = SPEC_FILE.exec(file) ?? [];
  return deeper === 0 && name !== undefined ? { kind: 'spec', name } : { kind: 'invalid', why: 'bad-spec-name' };
}
