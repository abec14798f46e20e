/**
 * Encoded rows as the text/csv that training containers read: no header, numbers only, empty is missing. Each float32 is
 * written with the digits of a double, so that reading gives the very same float32.
 *
 * @param features row-major, NaN for missing
 */
export function csvRows(features: Float32Array, columns: number): string {
  const lines: string[] = [];
  for (let start = 0; start < features.length; start += columns) {
    let line = '';
    for (let i = start; i < start + columns; i++) {
      const value = features[i] as number;
      if (i > start) line += ',';
      if (!Number.isNaN(value)) line += value;
      // an empty line would be no row at all
      else if (columns === 1) line += 'nan';
    }
    lines.push(line);
  }
  return lines.join('\n');
}
