import { MalformedModelError, OldBinaryModelError } from './errors.ts';
import { parseUbj } from './ubjson.ts';

/** First bytes of files that are often taken for a model. */
const FOREIGN: readonly (readonly [prefix: string, what: string])[] = [
  ['\x1f\x8b', 'a gzip file: unpack model.tar.gz and pass the xgboost-model in it'],
  ['PK', 'a zip file: unpack it and pass the xgboost-model in it'],
  ['\x80', 'a Python pickle, which runs code when it is read: save the model with Booster.save_model'],
  ['CONFIG-offset:', 'a memory snapshot of a Booster: save the model with Booster.save_model'],
];

/**
 * @param unread fields of a UBJ file that are passed over
 * @throws OldBinaryModelError, MalformedModelError
 */
export function parseModelFile(bytes: Uint8Array, unread: ReadonlySet<string> = new Set()): unknown {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (/^(?:binf|bs64)/.test(head)) throw new OldBinaryModelError();
  const foreign = FOREIGN.find(([prefix]) => head.startsWith(prefix));
  if (foreign) throw new MalformedModelError(`the file is ${foreign[1]}`);
  // after its `{`, JSON has a quote or white space, UBJ the type marker of a length
  if (/^(?:\xef\xbb\xbf)?\s*\{\s*["}]/.test(head) || /^(?:\xef\xbb\xbf)?\s+/.test(head)) return parseJson(bytes);
  if (head.startsWith('{')) return parseUbj(bytes, unread);
  throw new MalformedModelError(
    'the file is neither UBJ nor JSON; if it is an XGBoost model without the `binf` header of the old binary format ' +
      `(before 1.0), convert it as follows: ${new OldBinaryModelError().message}`,
  );
}

function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MalformedModelError('the JSON of the model is not UTF-8', { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    // XGBoost writes numbers that JSON lacks, such as the threshold of a categorical split
    const strict = text.replace(/([[,:]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g, '$1null');
    try {
      if (strict !== text) return JSON.parse(strict);
    } catch {
      // the first error speaks of the file as it is
    }
    throw new MalformedModelError(`the JSON of the model is damaged: ${(cause as Error).message}`, { cause });
  }
}
