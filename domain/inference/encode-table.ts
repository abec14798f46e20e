import type { Tensor } from './encode-response.ts';

type Cell = number | string;
export type RowPrediction = Cell | readonly Cell[] | Readonly<Record<string, Cell | readonly Cell[]>>;

/** One prediction per row: the value of the only output, or an object by output name. */
export function predictionRows(outputs: readonly Tensor[]): RowPrediction[] {
  const [first, ...more] = outputs;
  if (!first) return [];
  const columns = outputs.map(valuesOf);
  if (more.length === 0) return [...(columns[0] as (Cell | readonly Cell[])[])];
  return Array.from({ length: first.shape[0] ?? 0 }, (_, row) =>
    Object.fromEntries(outputs.map(({ name }, j) => [name, columns[j]?.[row] as Cell | readonly Cell[]])),
  );
}

/** The values of the only output, or of each by name. */
export function predictionColumns(outputs: readonly Tensor[]): unknown {
  const [only] = outputs;
  if (outputs.length === 1 && only) return valuesOf(only);
  return Object.fromEntries(outputs.map((output) => [output.name, valuesOf(output)]));
}

/** A line per row without a header, the outputs side by side, as SageMaker's containers answer. */
export function predictionCsv(outputs: readonly Tensor[]): string {
  const columns = outputs.map(valuesOf);
  const lines = Array.from({ length: outputs[0]?.shape[0] ?? 0 }, (_, row) =>
    columns
      .flatMap((column) => column[row] as Cell | readonly Cell[])
      .map(csvField)
      .join(','),
  );
  return `${lines.join('\n')}\n`;
}

/** By row; an array of a row's values where the tensor has more than one dimension. */
function valuesOf({ shape, data }: Tensor): readonly (Cell | readonly Cell[])[] {
  const [rows = 0, ...more] = shape;
  if (more.length === 0) return data;
  const width = more.reduce((product, size) => product * size, 1);
  return Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width));
}

const csvField = (cell: Cell): string =>
  typeof cell === 'string' && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : String(cell);
