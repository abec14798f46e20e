import { type Content, html, type Markup } from './markup.ts';

const SHAPES = {
  now: html`<rect class="now" width="18" height="12"/>`,
  side: html`<rect class="side" width="18" height="12"/>`,
  before: html`<path class="before" d="M0 11V4H9V8H18V11"/>`,
};

const swatch = (kind: keyof typeof SHAPES): Markup =>
  html`<svg class="swatch" aria-hidden="true" width="18" height="12">${SHAPES[kind]}</svg>`;

/** What bars, pale bars and the line of a chart stand for. @param before without, what to say instead of the line */
export function legend(now: Content, before: Content, missing?: Content): Markup {
  return html`<p class="legend"><span>${swatch('now')} ${now}</span><span>${swatch('side')} beyond the reference bins</span>${missing === undefined ? html`<span>${swatch('before')} ${before}</span>` : html`<span class="soft">${missing}</span>`}</p>`;
}
