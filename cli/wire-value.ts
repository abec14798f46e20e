/** What validation takes for a boolean in a CSV file, in any case. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  n: false,
  '0': false,
};

/** A number or a truth value of a JSON file, where text is asked for. */
const isPlain = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';

/** A CSV field as a model's input takes it; what is no such value goes as it is, and the API says what is wrong with it. */
export function wireValue(value: unknown, datatype: string): unknown {
  if (typeof value !== 'string') return datatype === 'BYTES' && isPlain(value) ? String(value) : (value ?? null);
  if (value === '') return null;
  if (datatype === 'BYTES') return value;
  if (datatype === 'BOOL') return BOOLEANS[value.toLowerCase()] ?? value;
  const number = Number(value);
  return value.trim() === '' || Number.isNaN(number) ? value : number;
}
