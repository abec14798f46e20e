import { SYMBOLS } from './icons.ts';
import { type Content, html, type Markup } from './markup.ts';
import { STYLES } from './styles.ts';

export interface PageParts {
  readonly title: Content;
  /** Besides STYLES. */
  readonly styles?: Markup;
  readonly main: Content;
}

/** One HTML page that needs nothing but itself: no script, no font, no request. */
export function page({ title, styles, main }: PageParts): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${title}</title>
${STYLES}${styles}</head><body>${SYMBOLS}<main>
${main}
</main></body></html>
`.html;
}
