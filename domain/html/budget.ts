import { bytesOf, type Markup } from './markup.ts';

/**
 * As many items, from the first on, as a section has room for, so that a page stays small whatever it is about.
 * @returns the markup of those, and how many are left out
 */
export function within<T>(
  limit: { readonly items: number; readonly bytes: number },
  items: readonly T[],
  render: (item: T) => Markup,
): { shown: Markup[]; left: number } {
  const shown: Markup[] = [];
  let room = limit.bytes;
  for (const item of items.slice(0, limit.items)) {
    const markup = render(item);
    room -= bytesOf(markup);
    if (room < 0) break;
    shown.push(markup);
  }
  return { shown, left: items.length - shown.length };
}
