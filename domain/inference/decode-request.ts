import type { CapturedColumns } from '../capture/lines.ts';
import { editDistance } from '../nearest.ts';
import type { Signature } from '../registry/entities.ts';
import { type Value, WIRE_TYPES } from './datatypes.ts';
import { EVENT_TIME_RANGE } from './inference-id.ts';
import { type Findings, isRecord, Problems } from './problems.ts';
import { contextOf, hidesAny, type InputSlot, inputSlots, NO_CONTEXT, type RequestPolicy } from './request-columns.ts';

/** Rows of one call. */
export const MAX_ROWS = 10_000;
/** Rows of one call that asks for contributions: each costs as much as hundreds of predictions. */
export const MAX_EXPLAINED_ROWS = 100;

/** Where other protocols have their rows. */
const OTHER_FORM = /^(?:instances|dataframe_(?:split|records))$/;

export interface InferRequest {
  readonly id?: string;
  /** Feature values in the order of the signature. */
  readonly rows: readonly (readonly Value[])[];
  /** Context columns that were sent, for capture alone; values of protected ones are labels. */
  readonly context?: CapturedColumns;
  /** The time the prediction is about. */
  readonly eventTime?: Date;
  /** Requests with the same key go to the same version as long as the weights stay. */
  readonly routingKey?: string;
  /** The contributions of the features are asked for as well. */
  readonly explain?: true;
  /** Names of the outputs asked for; all of them when absent. */
  readonly outputs?: readonly string[];
}

/**
 * Reads the body of an Open Inference Protocol request against a model's signature.
 *
 * @param policy says which inputs there may be besides the features
 * @param until the last event time there may be
 * @throws InvalidInputError with a JSON pointer, the value seen and what is allowed for each problem; without the value
 * where it is or may be one of a protected or redacted column
 * @see https://github.com/kserve/open-inference-protocol
 */
export function decodeRequest(
  body: unknown,
  signature: Signature,
  policy: RequestPolicy = NO_CONTEXT,
  until: Date = EVENT_TIME_RANGE.to,
): InferRequest {
  const problems = new Problems();
  const slots = inputSlots(signature, policy);
  const features = signature.inputs.length;
  // what stands in no known column could be of any
  const loose = hidesAny(policy) ? problems.hiding() : problems;
  if (!isRecord(body)) loose.add('', body, 'a JSON object');
  problems.throwIfAny();
  const { inputs, id, parameters, outputs } = body as Record<string, unknown>;
  const other = Object.keys(body as object).find((name) => OTHER_FORM.test(name));
  if (other) problems.say(`/${other}: only inputs hold rows here`);
  const values = readInputs(inputs, slots, policy === 'unknown', problems, loose);
  const missing = signature.inputs.filter((_, index) => !values[index]).map((field) => field.name);
  if (missing.length > 0 && Array.isArray(inputs))
    problems.say(`/inputs: ${missing.join(', ')} missing; every feature is needed`);
  const request = {
    ...readId(id, problems),
    ...readParameters(parameters, until, problems),
    ...readExplain(parameters, values[0]?.length ?? 0, problems),
    ...readOutputs(outputs, signature, problems),
  };
  problems.throwIfAny();
  const columns = values.slice(0, features);
  const rows = Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
    columns.map((column) => column?.[row] ?? null),
  );
  const context = contextOf(policy, signature, slots, values);
  return { ...request, rows, ...(context && { context }) };
}

/** @returns values by the index of their slot */
function readInputs(
  inputs: unknown,
  slots: ReadonlyMap<string, InputSlot>,
  passesOver: boolean,
  problems: Problems,
  loose: Findings,
): (Value[] | undefined)[] {
  if (!Array.isArray(inputs)) {
    loose.add('/inputs', inputs, 'an array with one tensor per feature');
    return [];
  }
  const columns: (Value[] | undefined)[] = [];
  let rowCount: number | undefined;
  for (const [i, input] of (inputs as unknown[]).entries()) {
    if (problems.full) break;
    const at = `/inputs/${i}`;
    const name = isRecord(input) && typeof input.name === 'string' ? input.name : undefined;
    const slot = name === undefined ? undefined : slots.get(name);
    if (!isRecord(input)) loose.add(at, input, 'an object with name, shape, datatype and data');
    else if (name === undefined) loose.add(`${at}/name`, input.name, `one of ${[...slots.keys()].join(', ')}`);
    else if (!slot) {
      if (!passesOver) problems.addUnknown(`${at}/name`, name, [...slots.keys()]);
    } else if (columns[slot.index]) problems.add(`${at}/name`, name, 'each input once');
    else {
      columns[slot.index] = [];
      const findings = slot.hidden ? problems.hiding(name) : problems;
      const rows = readShape(input.shape, `${at}/shape`, findings);
      const wire = readDatatype(input.datatype, slot.datatypes, `${at}/datatype`, findings);
      if (rows === undefined || wire === undefined) continue;
      rowCount ??= rows;
      if (rows !== rowCount) findings.add(`${at}/shape`, input.shape, `${rowCount} rows as in the inputs before`);
      else columns[slot.index] = readData(input, rows, wire, slot.nullable, `${at}/data`, findings);
    }
  }
  return columns;
}

function readShape(shape: unknown, at: string, findings: Findings): number | undefined {
  const [rows, width, ...more] = Array.isArray(shape) ? shape : [];
  const fits = (width === undefined || width === 1) && more.length === 0;
  if (fits && Number.isSafeInteger(rows) && rows >= 1 && rows <= MAX_ROWS) return rows;
  findings.add(at, shape, `[n] or [n, 1] with n from 1 to ${MAX_ROWS}`);
  return undefined;
}

function readDatatype(seen: unknown, datatypes: readonly string[], at: string, findings: Findings): string | undefined {
  const wire = datatypes.find((name) => name === seen);
  if (!wire) findings.add(at, seen, `one of ${datatypes.join(', ')}`);
  return wire;
}

function readData(
  input: Record<string, unknown>,
  rows: number,
  wire: string,
  nullable: boolean,
  at: string,
  findings: Findings,
): Value[] {
  const { data } = input;
  if (!Array.isArray(data) || data.length !== rows) {
    findings.add(at, data, `an array of ${rows} values`);
    return [];
  }
  const type = WIRE_TYPES[wire] as (typeof WIRE_TYPES)[string];
  const nested = (input.shape as unknown[]).length === 2 && Array.isArray(data[0]);
  const values: Value[] = [];
  for (let row = 0; row < rows; row++) {
    const cell: unknown = data[row];
    if (nested && !(Array.isArray(cell) && cell.length === 1)) {
      findings.add(`${at}/${row}`, cell, 'an array of one value, as the rows before');
      continue;
    }
    const value: unknown = nested ? (cell as unknown[])[0] : cell;
    if (type.accepts(value) || (value === null && nullable)) values.push(value as Value);
    else findings.add(`${at}/${row}${nested ? '/0' : ''}`, value, nullable ? `${type.allowed}, or null` : type.allowed);
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

/**
 * @param until the latest time a prediction may be about
 * @param at where the request has them
 */
export function readParameters(
  parameters: unknown,
  until: Date,
  problems: Problems,
  at = '/parameters',
): { eventTime?: Date; routingKey?: string } {
  if (parameters === undefined) return {};
  if (!isRecord(parameters)) {
    problems.add(at, parameters, 'an object');
    return {};
  }
  refuseSlips(Object.keys(parameters), at, problems);
  const { event_time: time, routing_key: routingKey } = parameters;
  const request: { eventTime?: Date; routingKey?: string } = {};
  if (time !== undefined) {
    const eventTime = new Date(typeof time === 'string' && INSTANT.test(time) ? time : Number.NaN);
    if (eventTime >= EVENT_TIME_RANGE.from && eventTime <= until) request.eventTime = eventTime;
    else {
      const allowed = `an ISO 8601 time with a zone from 1970 to ${until.toISOString()}`;
      problems.add(`${at}/event_time`, time, allowed);
    }
  }
  if (routingKey !== undefined) {
    if (typeof routingKey === 'string' && routingKey.length <= 256) request.routingKey = routingKey;
    else problems.add(`${at}/routing_key`, routingKey, 'a string of at most 256 characters');
  }
  return request;
}

const PARAMETERS = ['event_time', 'routing_key', 'explain'];
/** Letters by which a name is taken for one of PARAMETERS. */
const SLIP = 2;

/** The protocol allows parameters that nobody knows; one that is nearly known is a slip, and its value would be lost. */
function refuseSlips(names: readonly string[], at: string, problems: Problems): void {
  for (const name of names) {
    if (problems.full) break;
    if (PARAMETERS.includes(name)) continue;
    const meant = PARAMETERS.find(
      (known) => Math.abs(known.length - name.length) <= SLIP && editDistance(name.toLowerCase(), known) <= SLIP,
    );
    if (meant) {
      const known = PARAMETERS.join(', ');
      problems.say(`${at}/${name}: ${known} or another parameter expected; did you mean ${meant}?`);
    }
  }
}

/** @param at where the request has its parameters */
export function readExplain(
  parameters: unknown,
  rows: number,
  problems: Problems,
  at = '/parameters',
): { explain?: true } {
  const explain = isRecord(parameters) ? parameters.explain : undefined;
  if (explain === undefined || explain === false) return {};
  if (explain !== true) problems.add(`${at}/explain`, explain, 'true or false');
  else if (rows > MAX_EXPLAINED_ROWS) {
    problems.say(`${at}/explain: at most ${MAX_EXPLAINED_ROWS} rows can be explained at once, got ${rows}`);
  }
  return { explain: true };
}

function readOutputs(outputs: unknown, signature: Signature, problems: Problems): { outputs?: string[] } {
  if (outputs === undefined) return {};
  const known = signature.outputs.map((output) => output.name);
  if (!Array.isArray(outputs) || outputs.length > known.length) {
    problems.add('/outputs', outputs, `an array of at most ${known.length}`);
    return {};
  }
  const names = outputs.map((output: unknown, i) => {
    const name = isRecord(output) ? output.name : undefined;
    if (typeof name !== 'string' || !known.includes(name))
      problems.add(`/outputs/${i}/name`, name, `one of ${known.join(', ')}`);
    else if (outputs.findIndex((other) => other?.name === name) < i)
      problems.add(`/outputs/${i}/name`, name, 'each output once');
    return String(name);
  });
  // an empty list asks for nothing in particular
  return names.length > 0 ? { outputs: names } : {};
}
