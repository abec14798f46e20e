import { Contributions } from './contributions.ts';
import { readDocument } from './document.ts';
import { UNREAD } from './load-xgboost.ts';
import { parseModelFile } from './model-file.ts';

const UNREAD_EXPLAINING: ReadonlySet<string> = new Set([...UNREAD].filter((name) => name !== 'sum_hessian'));

/**
 * Loads what `loadXgboost` takes, with the covers that contributions of features need and scoring does not.
 * @throws OldBinaryModelError, MalformedModelError; UnsupportedModelError also for trees too deep to explain
 */
export function loadContributions(bytes: Uint8Array): Contributions {
  return new Contributions(readDocument(parseModelFile(bytes, UNREAD_EXPLAINING), { covers: true }));
}
