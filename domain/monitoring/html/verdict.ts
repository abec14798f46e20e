import { type Content, html, type Markup } from '../../html/markup.ts';
import { SHAPES, type Status } from './status.ts';

export interface VerdictParts {
  readonly status: Status;
  readonly about: Content;
  readonly sentence: Content;
  /** Name, figure, and what stands beside it. */
  readonly figures: readonly (readonly [name: string, value: Content, more?: Content])[];
  /** What to do next, the most important first; at least one. */
  readonly next: readonly Content[];
}

/** The verdict as a sentence, the figures behind it, and what to do next. */
export function verdictHeader({ status, about, sentence, figures, next }: VerdictParts): Markup {
  const shape = SHAPES[status];
  return html`<header class="verdict ${shape}"><p class="about">${about}</p>
<h1><svg class="icon" aria-hidden="true"><use href="#${shape}"/></svg>${sentence}</h1>
<dl class="big">${figures.map(([name, value, more]) => html`<div><dt>${name}</dt><dd>${value}</dd>${more !== undefined && html`<dd class="share">${more}</dd>`}</div>`)}</dl>
<h2>What to do next</h2><ul>${next.map((step) => html`<li>${step}</li>`)}</ul></header>
`;
}
