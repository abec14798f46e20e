/** Lines of a text that comes in pieces; a line end may be LF or CRLF, and the last line may lack one. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield withoutReturn(line);
  }
  if (rest !== '') yield withoutReturn(rest);
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** What a container answers stands between these: rows by line ends or commas, classes in brackets. */
const BETWEEN = /[\s,;[\]]+/;

/** Fields of such a text, without the empty ones. */
export async function* tokensOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const tokens = (rest + chunk).split(BETWEEN);
    rest = tokens.pop() ?? '';
    for (const token of tokens) if (token !== '') yield token;
  }
  if (rest !== '') yield rest;
}
