import type { Signature } from '../registry/entities.ts';
import { type Datatype, type Value, WIRE_TYPES } from './datatypes.ts';
import { type InferRequest, MAX_ROWS, readExplain, readParameters } from './decode-request.ts';
import { EVENT_TIME_RANGE } from './inference-id.ts';
import { pointerTo } from './json-pointer.ts';
import { type Findings, isRecord, Problems } from './problems.ts';
import { contextOf, hidesAny, type InputSlot, inputSlots, NO_CONTEXT, type RequestPolicy } from './request-columns.ts';

/** Rows as a face took them, not yet held against a signature. */
export interface Table {
  /** JSON pointer of the rows, or of the columns. */
  readonly at: string;
  /** Each an object by column name or an array; or columns by name. */
  readonly cells:
    | { readonly kind: 'rows'; readonly rows: readonly unknown[] }
    | { readonly kind: 'columns'; readonly columns: Readonly<Record<string, unknown>> };
  /** Columns of rows that are arrays. @default the features in the order of the signature */
  readonly names?: { readonly at: string; readonly list: readonly unknown[] };
  /** Cells are the text of a file: numbers and booleans are to be read. */
  readonly text?: boolean;
  readonly parameters?: { readonly at: string; readonly value: unknown };
}

/** Every column that may be sent, and the values read so far. */
interface Reading {
  readonly slots: ReadonlyMap<string, InputSlot>;
  readonly signature: Signature;
  /** Other columns are passed over unread: nobody can say which there may be. */
  readonly passesOver: boolean;
  readonly text: boolean;
  readonly problems: Problems;
  readonly loose: Findings;
  /** By the index of their slot. */
  readonly values: Value[][];
}

/**
 * Reads rows against a model's signature: what every face but the Open Inference Protocol does, whose tensors
 * `decodeRequest` reads. The same values give the same rows in both.
 *
 * @throws InvalidInputError as `decodeRequest` does
 */
export function decodeTable(
  table: Table,
  signature: Signature,
  policy: RequestPolicy = NO_CONTEXT,
  until: Date = EVENT_TIME_RANGE.to,
): InferRequest {
  const problems = new Problems();
  const loose = hidesAny(policy) ? problems.hiding() : problems;
  const slots = inputSlots(signature, policy);
  const reading: Reading = {
    slots,
    signature,
    passesOver: policy === 'unknown',
    text: table.text ?? false,
    problems,
    loose,
    values: [],
  };
  const { cells, at } = table;
  const count = cells.kind === 'rows' ? cells.rows.length : columnLength(cells.columns, at, problems);
  if (count < 1 || count > MAX_ROWS) problems.say(`${at}: from 1 to ${MAX_ROWS} rows expected, got ${count}`);
  problems.throwIfAny();
  if (cells.kind === 'columns') readColumns(cells.columns, at, count, reading);
  else readRows(cells.rows, table, reading);
  const { value, at: parametersAt } = table.parameters ?? {};
  const parameters = {
    ...readParameters(value, until, problems, parametersAt),
    ...readExplain(value, count, problems, parametersAt),
  };
  problems.throwIfAny();
  const features = signature.inputs.map((_, index) => reading.values[index]);
  const rows = Array.from({ length: count }, (_, row) => features.map((column) => column?.[row] ?? null));
  const context = contextOf(policy, signature, slots, reading.values);
  return { ...parameters, rows, ...(context && { context }) };
}

function columnLength(columns: Readonly<Record<string, unknown>>, at: string, problems: Problems): number {
  const [first] = Object.entries(columns);
  if (first && Array.isArray(first[1])) return first[1].length;
  problems.say(first ? `${at}/${pointerTo(first[0])}: an array expected` : `${at}: one array per feature expected`);
  return 1;
}

function readColumns(columns: Readonly<Record<string, unknown>>, at: string, count: number, reading: Reading): void {
  for (const [name, column] of Object.entries(columns)) {
    if (reading.problems.full) break;
    const place = `${at}/${pointerTo(name)}`;
    const slot = slotOf(name, place, reading);
    if (!slot) continue;
    if (!Array.isArray(column) || column.length !== count) {
      findingsOf(slot, name, reading).add(place, column, `an array of ${count} values`);
    } else column.forEach((cell, row) => void readCell(cell, name, slot, row, `${place}/${row}`, reading));
  }
  complain(reading, at, (name) => Object.hasOwn(columns, name));
}

function readRows(rows: readonly unknown[], { at, names }: Table, reading: Reading): void {
  const positional = Array.isArray(rows[0]);
  const listed = names?.list ?? reading.signature.inputs.map((field) => field.name);
  const slots = positional ? listed.map((name, j) => slotOf(name, `${names?.at ?? at}/${j}`, reading)) : [];
  if (positional) {
    const seen = new Set<unknown>();
    listed.forEach((name, j) => {
      if (seen.has(name)) reading.problems.say(`${names?.at ?? at}/${j}: each column once expected`);
      seen.add(name);
    });
    complain(reading, names?.at ?? at, (name) => listed.includes(name));
  }
  for (const [i, row] of rows.entries()) {
    if (reading.problems.full) break;
    const place = `${at}/${i}`;
    if (positional) {
      if (!Array.isArray(row) || row.length !== listed.length) {
        const seen = Array.isArray(row) ? `${row.length} values` : 'something else';
        reading.problems.say(`${place}: an array of ${listed.length} values expected, got ${seen}`);
        continue;
      }
      slots.forEach((slot, j) => {
        if (slot) readCell(row[j], String(listed[j]), slot, i, `${place}/${j}`, reading);
      });
    } else if (!isRecord(row)) {
      reading.loose.add(place, row, 'an object with one value per feature, as the first row');
    } else {
      for (const [name, cell] of Object.entries(row)) {
        if (reading.problems.full) break;
        const cellAt = `${place}/${pointerTo(name)}`;
        const slot = slotOf(name, cellAt, reading);
        if (slot) readCell(cell, name, slot, i, cellAt, reading);
      }
      complain(reading, place, (name) => Object.hasOwn(row, name));
    }
  }
}

function slotOf(name: unknown, at: string, { slots, passesOver, problems }: Reading): InputSlot | undefined {
  const slot = typeof name === 'string' ? slots.get(name) : undefined;
  if (!slot && !passesOver && !problems.full)
    problems.say(`${at}: no such column; there are ${[...slots.keys()].join(', ')}`);
  return slot;
}

function complain({ signature, problems }: Reading, at: string, has: (name: string) => boolean): void {
  const missing = signature.inputs.filter((field) => !has(field.name));
  if (missing.length > 0) {
    problems.say(`${at}: ${missing.map((field) => field.name).join(', ')} missing; every feature is needed`);
  }
}

const findingsOf = (slot: InputSlot, name: string, { problems }: Reading): Findings =>
  slot.hidden ? problems.hiding(name) : problems;

function readCell(cell: unknown, name: string, slot: InputSlot, row: number, at: string, reading: Reading): void {
  const field = reading.signature.inputs[slot.index];
  const datatypes = field ? [field.datatype] : slot.datatypes;
  const value = reading.text ? fromText(cell as string | null, field?.datatype ?? 'BYTES') : cell;
  const types = datatypes.map((datatype) => WIRE_TYPES[datatype] as (typeof WIRE_TYPES)[string]);
  if ((value === null && slot.nullable) || types.some((type) => type.accepts(value))) {
    const column = reading.values[slot.index] ?? [];
    reading.values[slot.index] = column;
    // rows before it may lack a context column
    while (column.length < row) column.push(null);
    column[row] = value as Value;
    return;
  }
  const allowed = types.map((type) => type.allowed).join(', or ');
  findingsOf(slot, name, reading).add(at, cell, slot.nullable ? `${allowed}, or null` : allowed);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A field of a file as a value of the type; text that is none stays text, and is refused as such. */
function fromText(text: string | null, datatype: Datatype): Value {
  if (text === null || datatype === 'BYTES') return text;
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (datatype !== 'BOOL') return NUMBER.test(trimmed) ? Number(trimmed) : text;
  const word = trimmed.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : text;
}
