import type { CapturedColumns, CapturedValue } from '../../capture/lines.ts';
import type { CapturedRows } from './captured-line.ts';

/** Where the values of some columns stand in captured rows: among the context, or else among the features. */
export class ValueSources {
  readonly #names: readonly string[];
  #columns: readonly string[] | undefined;
  #contextColumns: readonly string[] | undefined;
  #places: readonly { readonly inContext: boolean; readonly position: number }[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Of row `row` of a line. Null where the value is missing. */
  textOf(line: CapturedRows, row: number, name: number): string | null {
    if (this.#columns !== line.columns || this.#contextColumns !== line.context?.columns) this.#locate(line);
    const place = this.#places[name];
    const table: CapturedColumns | undefined = place?.inContext ? line.context : line;
    return text(place && table?.rows[row]?.[place.position]);
  }

  #locate({ columns, context }: CapturedRows): void {
    this.#columns = columns;
    this.#contextColumns = context?.columns;
    this.#places = this.#names.map((name) => {
      const position = context?.columns.indexOf(name) ?? -1;
      return position >= 0 ? { inContext: true, position } : { inContext: false, position: columns.indexOf(name) };
    });
  }
}

const text = (value: CapturedValue | undefined): string | null =>
  value === null || value === undefined ? null : String(value);
