import { html, type Markup, trusted } from './markup.ts';

/** Shapes that differ without colour: tick, half disc, cross, triangle, hourglass, dash. */
export const SYMBOLS: Markup = trusted`<svg width="0" height="0" class="symbols" aria-hidden="true">
<symbol id="ok" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.2" fill="currentColor"/><path d="M4.5 8.3l2.4 2.4 4.6-5" fill="none" stroke="var(--card)" stroke-width="1.9"/></symbol>
<symbol id="part" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 1.6a6.4 6.4 0 0 1 0 12.8z" fill="currentColor"/></symbol>
<symbol id="bad" viewBox="0 0 16 16"><rect x="1" y="1" width="14" height="14" rx="3" fill="currentColor"/><path d="M5 5l6 6M11 5l-6 6" fill="none" stroke="var(--card)" stroke-width="1.9"/></symbol>
<symbol id="warn" viewBox="0 0 16 16"><path d="M8 .8L15.6 15H.4z" fill="currentColor"/><path d="M8 5.6v4.6M8 11.6v1.6" stroke="var(--card)" stroke-width="1.8"/></symbol>
<symbol id="wait" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.6 2"/><path d="M8 4.4V8l2.4 1.6" fill="none" stroke="currentColor" stroke-width="1.6"/></symbol>
<symbol id="none" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M4.8 8h6.4" stroke="currentColor" stroke-width="1.8"/></symbol>
</svg>`;

export type Shape = 'ok' | 'part' | 'bad' | 'warn' | 'wait' | 'none';

/** A shape, a colour and a word: each says the same. */
export const status = (shape: Shape, word: string): Markup =>
  html`<span class="status ${shape}"><svg class="icon" aria-hidden="true"><use href="#${shape}"/></svg>${word}</span>`;
