import { isUtf8 } from 'node:buffer';

/** How many bytes at the end may be the beginning of a character. */
export function openSequence(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Longest valid beginning, by halving: a prefix that ends within a character counts as valid. */
export function firstInvalid(bytes: Uint8Array): number {
  let valid = 0;
  let beyond = bytes.length + 1;
  while (beyond - valid > 1) {
    const middle = (valid + beyond) >> 1;
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - openSequence(prefix)))) valid = middle;
    else beyond = middle;
  }
  return valid - openSequence(bytes.subarray(0, valid));
}
