/** HTML that is safe to put into a page. Only `html` makes it. */
export interface Markup {
  readonly html: string;
}
export type Content = string | number | Markup | readonly Content[] | undefined | false;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What a reader cannot see or what turns text around: control, format and bidi characters, separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const made = new WeakSet<Markup>();

/**
 * A template whose values are escaped, unless they are markup themselves. Attributes must be in double quotes.
 * `undefined` and `false` give nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return make(parts.reduce((text, part, i) => text + render(values[i - 1]) + part));
}

/** Text of others as one short line: what cannot be seen is written out, what is too long is cut. */
export function shown(text: string, limit = 60): string {
  // no more is looked at than can be shown: a cell may have a hundred million characters
  const visible = [...visibly(text.slice(0, 2 * limit + 2))];
  return visible.length > limit ? `${visible.slice(0, limit - 1).join('')}…` : visible.join('');
}

function visibly(text: string): string {
  return text.replace(INVISIBLE, (sign) => {
    const code = (sign.codePointAt(0) as number).toString(16);
    return SHORT_ESCAPES[sign] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`);
  });
}

/** Data of others, set apart so that its direction of writing touches nothing else. */
export const data = (text: string, limit?: number): Markup => html`<bdi>${shown(text, limit)}</bdi>`;

/** Style sheets and the like, written by us: never anything from outside. */
export const trusted = (text: TemplateStringsArray): Markup => make(text.join(''));

export const bytesOf = ({ html }: Markup): number => new TextEncoder().encode(html).length;

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return visibly(content).replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
  if ('html' in content) {
    if (!made.has(content)) throw new TypeError('markup that html`…` did not make');
    return content.html;
  }
  return content.map(render).join('');
}

function make(text: string): Markup {
  const markup = Object.freeze({ html: text });
  made.add(markup);
  return markup;
}
