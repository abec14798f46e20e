import { InvalidInputError } from '../common-errors.ts';
import type { Signature } from '../registry/entities.ts';
import { COMPATIBLE, type Datatype, type Value, WIRE_TYPES } from './datatypes.ts';
import { EVENT_TIME_RANGE } from './inference-id.ts';
import { isRecord, Problems } from './problems.ts';

/** Rows of one call. */
export const MAX_ROWS = 10_000;

export interface InferRequest {
  readonly id?: string;
  /** Feature values in the order of the signature. */
  readonly rows: readonly (readonly Value[])[];
  /** The time the prediction is about. */
  readonly eventTime?: Date;
  /** Requests with the same key go to the same version as long as the weights stay. */
  readonly routingKey?: string;
  /** Names of the outputs asked for; all of them when absent. */
  readonly outputs?: readonly string[];
}

/**
 * Reads the body of an Open Inference Protocol request against a model's signature.
 *
 * @throws InvalidInputError with a JSON pointer, the value seen and what is allowed for each problem
 * @see https://github.com/kserve/open-inference-protocol
 */
export function decodeRequest(body: unknown, signature: Signature, maxRows = MAX_ROWS): InferRequest {
  const problems = new Problems();
  if (!isRecord(body)) throw new InvalidInputError([problems.text('', body, 'a JSON object')]);
  const columns = readInputs(body.inputs, signature, maxRows, problems);
  const request = {
    ...readId(body.id, problems),
    ...readParameters(body.parameters, problems),
    ...readOutputs(body.outputs, signature, problems),
  };
  problems.throwIfAny();
  const rows = Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
    columns.map((column) => column[row] ?? null),
  );
  return { ...request, rows };
}

/** @returns one array of values per feature, in the order of the signature */
function readInputs(inputs: unknown, signature: Signature, maxRows: number, problems: Problems): Value[][] {
  if (!Array.isArray(inputs)) {
    problems.add('/inputs', inputs, 'an array with one tensor per feature');
    return [];
  }
  const fields = new Map(signature.inputs.map((field, index) => [field.name, { ...field, index }]));
  const columns: Value[][] = [];
  let rowCount: number | undefined;
  for (const [i, input] of (inputs as unknown[]).entries()) {
    const at = `/inputs/${i}`;
    const field = isRecord(input) && typeof input.name === 'string' ? fields.get(input.name) : undefined;
    if (!isRecord(input)) problems.add(at, input, 'an object with name, shape, datatype and data');
    else if (!field) problems.add(`${at}/name`, input.name, `one of ${[...fields.keys()].join(', ')}`);
    else if (columns[field.index]) problems.add(`${at}/name`, input.name, 'each feature once');
    else {
      columns[field.index] = [];
      const rows = readShape(input.shape, `${at}/shape`, maxRows, problems);
      const wire = readDatatype(input.datatype, field.datatype, `${at}/datatype`, problems);
      if (rows === undefined || wire === undefined) continue;
      rowCount ??= rows;
      if (rows !== rowCount) problems.add(`${at}/shape`, input.shape, `${rowCount} rows as in the inputs before`);
      else columns[field.index] = readData(input, rows, wire, field.nullable, `${at}/data`, problems);
    }
  }
  const missing = signature.inputs.filter((_, index) => !columns[index]).map((field) => field.name);
  if (missing.length > 0) problems.say(`/inputs: ${missing.join(', ')} missing; every feature is needed`);
  return columns;
}

function readShape(shape: unknown, at: string, maxRows: number, problems: Problems): number | undefined {
  const [rows, width, ...more] = Array.isArray(shape) ? shape : [];
  const fits = (width === undefined || width === 1) && more.length === 0;
  if (fits && Number.isSafeInteger(rows) && rows >= 1 && rows <= maxRows) return rows;
  problems.add(at, shape, `[n] or [n, 1] with n from 1 to ${maxRows}`);
  return undefined;
}

function readDatatype(seen: unknown, feature: Datatype, at: string, problems: Problems): string | undefined {
  const wire = COMPATIBLE[feature].find((name) => name === seen);
  if (!wire) problems.add(at, seen, `one of ${COMPATIBLE[feature].join(', ')}`);
  return wire;
}

function readData(
  input: Record<string, unknown>,
  rows: number,
  wire: string,
  nullable: boolean,
  at: string,
  problems: Problems,
): Value[] {
  const { data } = input;
  if (!Array.isArray(data) || data.length !== rows) {
    problems.add(at, data, `an array of ${rows} values`);
    return [];
  }
  const type = WIRE_TYPES[wire] as (typeof WIRE_TYPES)[string];
  const nested = (input.shape as unknown[]).length === 2 && Array.isArray(data[0]);
  const values: Value[] = [];
  for (let row = 0; row < rows; row++) {
    const cell: unknown = data[row];
    if (nested && !(Array.isArray(cell) && cell.length === 1)) {
      problems.add(`${at}/${row}`, cell, 'an array of one value, as the rows before');
      continue;
    }
    const value: unknown = nested ? (cell as unknown[])[0] : cell;
    if (type.accepts(value) || (value === null && nullable)) values.push(value as Value);
    else problems.add(`${at}/${row}${nested ? '/0' : ''}`, value, nullable ? `${type.allowed}, or null` : type.allowed);
  }
  return values;
}

function readId(id: unknown, problems: Problems): { id?: string } {
  if (id === undefined) return {};
  if (typeof id === 'string' && id.length <= 256) return { id };
  problems.add('/id', id, 'a string of at most 256 characters');
  return {};
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

function readParameters(parameters: unknown, problems: Problems): { eventTime?: Date; routingKey?: string } {
  if (parameters === undefined) return {};
  if (!isRecord(parameters)) {
    problems.add('/parameters', parameters, 'an object');
    return {};
  }
  const { event_time: time, routing_key: routingKey } = parameters;
  const request: { eventTime?: Date; routingKey?: string } = {};
  if (time !== undefined) {
    const eventTime = new Date(typeof time === 'string' && INSTANT.test(time) ? time : Number.NaN);
    if (eventTime >= EVENT_TIME_RANGE.from && eventTime <= EVENT_TIME_RANGE.to) request.eventTime = eventTime;
    else problems.add('/parameters/event_time', time, 'an ISO 8601 time with a zone from 1970 on');
  }
  if (routingKey !== undefined) {
    if (typeof routingKey === 'string' && routingKey.length <= 256) request.routingKey = routingKey;
    else problems.add('/parameters/routing_key', routingKey, 'a string of at most 256 characters');
  }
  return request;
}

function readOutputs(outputs: unknown, signature: Signature, problems: Problems): { outputs?: string[] } {
  if (outputs === undefined) return {};
  if (!Array.isArray(outputs)) {
    problems.add('/outputs', outputs, 'an array');
    return {};
  }
  const known = signature.outputs.map((output) => output.name);
  const names = outputs.map((output: unknown, i) => {
    const name = isRecord(output) ? output.name : undefined;
    if (typeof name !== 'string' || !known.includes(name))
      problems.add(`/outputs/${i}/name`, name, `one of ${known.join(', ')}`);
    return String(name);
  });
  // an empty list asks for nothing in particular
  return names.length > 0 ? { outputs: names } : {};
}
