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

/**
 * Reads rows that `csvRows` or the training pipeline wrote.
 *
 * @throws RangeError for a line with another number of fields, or a field that is no number
 */
export function parseCsvRows(lines: readonly string[], columns: number): Float32Array {
  const features = new Float32Array(lines.length * columns);
  lines.forEach((line, row) => {
    const fields = line.split(',');
    if (fields.length !== columns) throw new RangeError(`line ${row + 1} has ${fields.length} of ${columns} fields`);
    fields.forEach((field, i) => {
      const value = field === '' || field === 'nan' ? Number.NaN : Number(field);
      if (Number.isNaN(value) && field !== '' && field !== 'nan') {
        throw new RangeError(`line ${row + 1}, field ${i + 1} is no number`);
      }
      features[row * columns + i] = value;
    });
  });
  return features;
}
