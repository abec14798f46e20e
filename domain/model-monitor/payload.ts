import { readRecord } from '../datasets/header.ts';

/** What a capture line holds of one direction, as far as it could be read. */
export type Payload =
  | { readonly kind: 'json'; readonly value: unknown }
  /** One item per line of JSON Lines. */
  | { readonly kind: 'jsonl'; readonly values: readonly unknown[] }
  | { readonly kind: 'csv'; readonly records: readonly (readonly string[])[] };

export type UnreadablePayload = {
  readonly reason:
    | 'no-data'
    | 'empty-data'
    | 'unsupported-content-type'
    | 'damaged-base64'
    | 'unknown-charset'
    | 'not-text'
    | 'damaged-json'
    | 'damaged-csv';
};

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const CSV_MARKS = { delimiter: ',', quote: '"' } as const;

/**
 * Reads `endpointInput` or `endpointOutput` of a capture line, or `groundTruthData`. Both the encoding and the content
 * type may be absent or wrong, so what the data looks like decides where they do not settle it: text in brackets that
 * parses is JSON, and JSON that does not parse may be JSON Lines or CSV.
 *
 * @param side `{data, encoding?: CSV|JSON|BASE64, observedContentType?}`
 */
export function readPayload(side: unknown): Payload | UnreadablePayload {
  if (typeof side !== 'object' || side === null) return { reason: 'no-data' };
  const { data, encoding, observedContentType } = side as Record<string, unknown>;
  if (typeof data === 'object' && data !== null) return { kind: 'json', value: data };
  if (typeof data !== 'string') return { reason: 'no-data' };
  const type = typeof observedContentType === 'string' ? observedContentType.toLowerCase() : '';
  const media = (type.split(';')[0] ?? '').trim();
  if (/^(image|audio|video)\/|^application\/(x-npy|x-parquet|x-recordio)|libsvm/.test(media))
    return { reason: 'unsupported-content-type' };
  const text = String(encoding).toUpperCase() === 'BASE64' ? decodeBase64(data, type) : data;
  if (typeof text !== 'string') return text;
  const plain = text.replace(/^\uFEFF/, '');
  if (plain.trim() === '') return { reason: 'empty-data' };
  return readText(plain, media, String(encoding).toUpperCase());
}

function readText(text: string, media: string, encoding: string): Payload | UnreadablePayload {
  const looksLikeJson = /^\s*[[{]/.test(text);
  const saysJson = encoding === 'JSON' || media.includes('json');
  const saysCsv = encoding === 'CSV' || media.includes('csv');
  if (saysJson || looksLikeJson) {
    const read = readJson(text) ?? readJsonLines(text);
    if (read) return read;
    // otherwise a container said JSON and wrote CSV, or a text in CSV begins with a bracket
    if (looksLikeJson && !saysCsv) return { reason: 'damaged-json' };
  }
  const records = readCsv(text);
  return records ? { kind: 'csv', records } : { reason: 'damaged-csv' };
}

function decodeBase64(data: string, contentType: string): string | UnreadablePayload {
  const compact = data.replace(/\s+/g, '');
  if (!BASE64.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) return { reason: 'damaged-base64' };
  const charset = /charset\s*=\s*"?([^\s";]+)/.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(Buffer.from(compact, 'base64'));
  } catch (error) {
    return { reason: error instanceof RangeError ? 'unknown-charset' : 'not-text' };
  }
}

function readJson(text: string): Payload | undefined {
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function readJsonLines(text: string): Payload | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return lines.length > 1 ? { kind: 'jsonl', values: lines.map((line) => JSON.parse(line) as unknown) } : undefined;
  } catch {
    return undefined;
  }
}

/** Blank lines are no records. @returns undefined if a quoted cell has no end */
function readCsv(text: string): string[][] | undefined {
  const records: string[][] = [];
  for (let at = 0; at < text.length; ) {
    const record = readRecord(text, at, CSV_MARKS, true);
    if (!record) return undefined;
    if (record.cells.length > 1 || record.cells[0]?.trim() !== '') records.push(record.cells);
    at = record.end;
  }
  return records;
}
