import { isRecord, type Tensor } from './check.ts';
import { parseJson, writeJson } from './lossless-json.ts';
import { count, DATATYPES, fits, flat } from './tensors.ts';

/** What the server checks; one that is off is passed over. */
export type Rule =
  | 'json'
  | 'inputs'
  | 'missing'
  | 'extra'
  | 'datatype'
  | 'sizes'
  | 'rank'
  | 'count'
  | 'value'
  | 'range'
  | 'output';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly text: string;
}
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly contentType?: string;
}

const VERSIONS = ['1', '2'];
/** An input of each data type and one of two dimensions; each comes back as an output. */
const INPUTS: readonly Tensor[] = [
  ...DATATYPES.map((datatype) => ({ name: `in-${datatype}`, datatype, shape: [-1] })),
  { name: 'in-matrix', datatype: 'FP32', shape: [-1, 2] },
];
const outputName = (input: string): string => input.replace('in-', 'out-');
const OUTPUTS = INPUTS.map((input) => ({ ...input, name: outputName(input.name) }));
const PATH = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(infer|ready))?$/;

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A model named `kit` that answers with what it is sent, as the protocol asks. */
export function answer({ method, path, text }: Asked, off: ReadonlySet<Rule> = new Set()): Answer {
  try {
    return { status: 200, body: bodyOf(method, path, text, off) };
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: { error: error.message } };
    throw error;
  }
}

function bodyOf(method: string, path: string, text: string, off: ReadonlySet<Rule>): unknown {
  if (path === '/v2') return { name: 'reference', version: '1.0', extensions: [] };
  if (path === '/v2/health/live') return { live: true };
  if (path === '/v2/health/ready') return { live: true, ready: true };
  const [, name, version, action] = PATH.exec(path) ?? [];
  if (name !== 'kit') throw new Refused(404, `there is no ${path}`);
  if (version !== undefined && !VERSIONS.includes(version)) throw new Refused(404, `there is no version ${version}`);
  if (action === 'ready') return { name, ready: true };
  if (action === 'infer' && method === 'POST') return inferred(read(text, off), version ?? '1', off);
  return { name, versions: VERSIONS, platform: 'reference', inputs: INPUTS, outputs: OUTPUTS };
}

function read(text: string, off: ReadonlySet<Rule>): Record<string, unknown> {
  try {
    const body = parseJson(text);
    if (isRecord(body)) return body;
  } catch {
    if (off.has('json')) return { inputs: [] };
  }
  throw new Refused(400, 'a JSON object expected');
}

function inferred(body: Record<string, unknown>, version: string, off: ReadonlySet<Rule>): unknown {
  const refuse = (rule: Rule, holds: boolean) => {
    if (!holds && !off.has(rule)) throw new Refused(400, `${rule} is wrong`);
  };
  refuse('inputs', Array.isArray(body.inputs));
  const sent = (Array.isArray(body.inputs) ? body.inputs : []) as (Tensor & { data: unknown[] })[];
  // a server that takes a body without inputs answers as if there were none
  const skipsMissing =
    off.has('missing') || (off.has('inputs') && !Array.isArray(body.inputs)) || (off.has('json') && sent.length === 0);
  const outputs = INPUTS.flatMap((input) => {
    const given = sent.find(({ name }) => name === input.name);
    if (!given) {
      if (!skipsMissing) refuse('missing', false);
      return [];
    }
    refuse('datatype', given.datatype === input.datatype);
    refuse(
      'sizes',
      given.shape.every((size) => Number.isSafeInteger(size) && size >= 0),
    );
    refuse('rank', given.shape.length === input.shape.length || !given.shape.every((size) => size >= 0));
    const data = flat(given.data);
    if (given.shape.every((size) => size >= 0)) refuse('count', count(given.shape) === data.length);
    const ofType = data.every((value) => fits(value, input.datatype));
    if (given.datatype === input.datatype)
      refuse(data.every((value) => typeof value !== 'string') ? 'range' : 'value', ofType);
    return [
      {
        name: outputName(input.name),
        datatype: input.datatype,
        shape: [data.length / (input.shape[1] ?? 1), ...input.shape.slice(1)],
        data,
      },
    ];
  });
  refuse(
    'extra',
    sent.every(({ name }) => INPUTS.some((input) => input.name === name)),
  );
  const wanted = Array.isArray(body.outputs)
    ? body.outputs.map(({ name }) => String(name))
    : OUTPUTS.map(({ name }) => name);
  refuse(
    'output',
    wanted.every((name) => OUTPUTS.some((output) => output.name === name)),
  );
  return {
    model_name: 'kit',
    model_version: version,
    ...(body.id === undefined ? {} : { id: body.id }),
    outputs: outputs.filter(({ name }) => wanted.includes(name)),
  };
}

/** A server as the kit calls it, whose answers go through `change`. */
export function serverOf(
  off: ReadonlySet<Rule> = new Set(),
  change: (answer: Answer, asked: Asked) => Answer = (same) => same,
) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const asked = { method: init.method ?? 'GET', path: new URL(url).pathname, text: String(init.body ?? '') };
    const { status, body, contentType = 'application/json' } = change(answer(asked, off), asked);
    return new Response(typeof body === 'string' ? body : writeJson(body), {
      status,
      headers: { 'content-type': contentType },
    });
  };
}
