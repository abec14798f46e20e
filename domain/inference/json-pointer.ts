/** Longest pointer shown: names of a request are the caller's, however long. */
const MAX_POINTER = 200;

/** One step of a JSON pointer. @see https://www.rfc-editor.org/rfc/rfc6901#section-3 */
export const pointerTo = (name: string): string =>
  (name.length > MAX_POINTER ? `${name.slice(0, MAX_POINTER)}…` : name).replaceAll('~', '~0').replaceAll('/', '~1');

// a string need not end: looking for the end again from each quote inside it would take quadratic time
const TOKEN = /"(?:[^"\\]+|\\.)*"?|-?(?:NaN|Infinity)\b|[{}[\],:]|[^\s"{}[\],:]+/gs;

/**
 * Where a text has the first token that some writers use for a number which JSON has not.
 *
 * @returns undefined when there is none: the text is damaged in another way
 */
export function findNonFinite(text: string): { readonly pointer: string; readonly token: string } | undefined {
  if (!/NaN|Infinity/.test(text)) return undefined;
  const path: (number | string)[] = [];
  let key = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const last = path.length - 1;
    const step = path[last];
    if (token === '{') path.push('');
    else if (token === '[') path.push(0);
    else if (token === '}' || token === ']') path.pop();
    else if (token === ',') path[last] = typeof step === 'number' ? step + 1 : '';
    else if (token === ':') path[last] = key;
    else if (token.startsWith('"')) key = unquoted(token);
    else if (/^-?(?:NaN|Infinity)$/.test(token)) {
      const pointer = path
        .slice(0, MAX_POINTER)
        .map((part) => `/${pointerTo(String(part))}`)
        .join('');
      return { pointer: pointer.length > MAX_POINTER ? `${pointer.slice(0, MAX_POINTER)}…` : pointer, token };
    }
  }
  return undefined;
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token.slice(1, -1);
  }
}
