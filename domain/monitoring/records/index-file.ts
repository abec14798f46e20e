/** First bytes of an index file. */
const MAGIC = 'millrace';
const FORMAT = 1;
const HEAD_BYTES = 24;

const TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const;
type TypeName = keyof typeof TYPES;
export type Section =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

interface Listed {
  readonly name: string;
  readonly type: TypeName;
  readonly length: number;
}

/**
 * Named arrays and a description as one file: magic, format, length of the header, length of the file, header as JSON, and
 * the arrays one after the other, little-endian, each from a multiple of eight bytes.
 */
export function encodeIndexFile(description: unknown, sections: Readonly<Record<string, Section>>): Uint8Array {
  const list = Object.entries(sections).map(([name, section]): Listed => {
    const type = (Object.keys(TYPES) as TypeName[]).find((key) => section instanceof TYPES[key]) as TypeName;
    return { name, type, length: section.length };
  });
  const header = new TextEncoder().encode(JSON.stringify({ description, sections: list }));
  const start = padded(HEAD_BYTES + header.length);
  const total = Object.values(sections).reduce((sum, { byteLength }) => sum + padded(byteLength), start);
  const file = new Uint8Array(total);
  file.set(new TextEncoder().encode(MAGIC));
  const head = new DataView(file.buffer);
  head.setUint32(8, FORMAT, true);
  head.setUint32(12, header.length, true);
  head.setFloat64(16, total, true);
  file.set(header, HEAD_BYTES);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of Object.values(sections)) {
    file.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  return file;
}

/**
 * Reads what `encodeIndexFile` wrote. The description is as it was stored, unchecked; the sections lie in one copy of the file.
 *
 * @throws RangeError for a file that is damaged, cut off, of another format or none at all
 */
export function decodeIndexFile(file: Uint8Array): { description: unknown; sections: Record<string, Section> } {
  const bytes = new Uint8Array(file);
  const text = new TextDecoder();
  if (bytes.length < HEAD_BYTES || text.decode(bytes.subarray(0, 8)) !== MAGIC)
    throw damagedIndex('it does not begin like one');
  const head = new DataView(bytes.buffer);
  const format = head.getUint32(8, true);
  if (format !== FORMAT) throw damagedIndex(`it is of format ${format}, and ${FORMAT} is what can be read`);
  const total = head.getFloat64(16, true);
  if (total !== bytes.length) throw damagedIndex(`it should have ${total} bytes and has ${bytes.length}`);
  const headerEnd = HEAD_BYTES + head.getUint32(12, true);
  const { description, sections: listed } = headerOf(text.decode(bytes.subarray(HEAD_BYTES, headerEnd)));
  let at = padded(headerEnd);
  const sections: Record<string, Section> = {};
  for (const { name, type, length } of listed) {
    const end = at + length * TYPES[type].BYTES_PER_ELEMENT;
    if (end > total) throw damagedIndex(`${name} ends at ${end} of ${total} bytes`);
    sections[name] = new TYPES[type](bytes.buffer, at, length);
    at = padded(end);
  }
  if (at !== total) throw damagedIndex(`its parts end at ${at} of ${total} bytes`);
  return { description, sections };
}

function headerOf(text: string): { description: unknown; sections: readonly Listed[] } {
  try {
    const { description, sections } = JSON.parse(text) as { description: unknown; sections: readonly Listed[] };
    const isListed = ({ type, length }: Listed) => type in TYPES && Number.isSafeInteger(length) && length >= 0;
    if (Array.isArray(sections) && sections.every(isListed)) return { description, sections };
  } catch (cause) {
    throw damagedIndex('its header is not JSON', cause);
  }
  throw damagedIndex('its header lists no parts');
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;
export const damagedIndex = (why: string, cause?: unknown): RangeError =>
  new RangeError(`the index of the window is damaged: ${why}`, { cause });
