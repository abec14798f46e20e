import { ModelName } from '../spec/model-spec.ts';

export type LandingKey =
  /** One object = one data set of one model. */
  | { readonly kind: 'dataset'; readonly model: string; readonly file: string }
  | { readonly kind: 'spec'; readonly name: string }
  /** Nothing to do, and nobody made a mistake. */
  | { readonly kind: 'ignored'; readonly why: 'folder-marker' | 'hidden' | 'temporary' | 'spec-problems' }
  /** A mistake; `model` is there if the key names one beyond doubt. */
  | { readonly kind: 'invalid'; readonly why: InvalidKey; readonly model?: string };

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

const MAX_KEY_BYTES = 1_024;
const SPEC_FILE = /^(.+)\.(?:yaml|yml|json)$/;
const TEMPORARY = /(?:\.tmp|\.temp|\.part|\.filepart|\.crdownload|\.swp|~|_\$folder\$)$/i;

/**
 * What an object in the landing bucket is, by its key as EventBridge spells it: raw, so never decode it. A key that could
 * be read in two ways is invalid: the model is exactly what stands before the only slash.
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
  if (file === undefined) return { kind: 'invalid', why: 'no-model' };
  const name = deeper.at(-1) ?? file;
  if (/^[._]/.test(name)) return { kind: 'ignored', why: 'hidden' };
  if (TEMPORARY.test(name)) return { kind: 'ignored', why: 'temporary' };
  if (folder === SPEC_FOLDER) return parseSpecKey(file, deeper.length);
  if (!ModelName.safeParse(folder).success) return { kind: 'invalid', why: 'bad-model-name' };
  if (deeper.length > 0) return { kind: 'invalid', why: 'too-deep', model: folder };
  return { kind: 'dataset', model: folder, file };
}

function parseSpecKey(file: string, deeper: number): LandingKey {
  const [, name] = SPEC_FILE.exec(file) ?? [];
  return deeper === 0 && name !== undefined ? { kind: 'spec', name } : { kind: 'invalid', why: 'bad-spec-name' };
}
