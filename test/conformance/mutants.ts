import { isRecord } from './check.ts';
import { parseJson } from './lossless-json.ts';
import type { Answer, Asked, Rule } from './reference-server.ts';

export interface Mutant {
  readonly what: string;
  /** Rules that the server no longer holds. */
  readonly off?: readonly Rule[];
  readonly change?: (answer: Answer, asked: Asked) => Answer;
  /** Checks that fail, and no other does. */
  readonly fails: readonly string[];
}

type Tensors = Record<string, unknown>[];
const at =
  (path: string | RegExp, change: (body: Record<string, unknown>, asked: Asked) => unknown) =>
  (answer: Answer, asked: Asked) =>
    (typeof path === 'string' ? path === asked.path : path.test(asked.path)) && answer.status === 200
      ? { ...answer, body: change(answer.body as Record<string, unknown>, asked) }
      : answer;
const status = (path: RegExp, from: number, to: number) => (answer: Answer, asked: Asked) =>
  path.test(asked.path) && answer.status === from ? { ...answer, status: to } : answer;
const without = (name: string) => (body: Record<string, unknown>) => ({ ...body, [name]: undefined });

const MODEL = '/v2/models/kit';
const INFER = /\/infer$/;
const infer = (change: (body: Record<string, unknown>, sent: Record<string, unknown>) => unknown) =>
  at(INFER, (body, { text }) => {
    const sent = parseJson(text);
    return change(body, isRecord(sent) ? sent : {});
  });
const outputs = (change: (outputs: Tensors, sent: Record<string, unknown>) => Tensors) =>
  infer((body, sent) => ({ ...body, outputs: change(body.outputs as Tensors, sent) }));
const each = (change: (output: Record<string, unknown>) => object) =>
  outputs((list) => list.map((output) => ({ ...output, ...change(output) })));
const inputsOf = (sent: Record<string, unknown>): Tensors => (Array.isArray(sent.inputs) ? sent.inputs : []);

/** Servers that are wrong in one way each; between them every check fails. */
export const MUTANTS: readonly Mutant[] = [
  { what: 'is not live', change: status(/live$/, 200, 503), fails: ['server-live'] },
  { what: 'says it is not live', change: at('/v2/health/live', () => ({ live: false })), fails: ['server-live-body'] },
  { what: 'is not ready', change: status(/health\/ready$/, 200, 503), fails: ['server-ready'] },
  { what: 'answers ready with nothing', change: at('/v2/health/ready', () => ''), fails: ['server-ready-body'] },
  {
    what: 'has a number for its version',
    change: at('/v2', (body) => ({ ...body, version: 1 })),
    fails: ['server-metadata'],
  },
  { what: 'has no extensions', change: at('/v2', without('extensions')), fails: ['server-metadata'] },
  { what: 'has a model that is not ready', change: status(/kit\/ready$/, 200, 503), fails: ['model-ready'] },
  {
    what: 'names another model ready',
    change: at(`${MODEL}/ready`, () => ({ name: 'kid', ready: true })),
    fails: ['model-ready-body'],
  },
  { what: 'describes a model without its platform', change: at(MODEL, without('platform')), fails: ['model-metadata'] },
  {
    what: 'describes another model',
    change: at(MODEL, (body) => ({ ...body, name: 'kid' })),
    fails: ['model-metadata'],
  },
  {
    what: 'describes a data type of its own',
    change: at(MODEL, (body) => ({
      ...body,
      outputs: [...(body.outputs as []), { name: 'out-x', datatype: 'float', shape: [-1] }],
    })),
    fails: ['model-metadata-datatypes', 'infer-all-outputs', 'outputs-selected'],
  },
  {
    what: 'describes a size below -1',
    change: at(MODEL, (body) => ({
      ...body,
      outputs: [...(body.outputs as []), { name: 'out-x', datatype: 'FP32', shape: [-2] }],
    })),
    fails: ['model-metadata-shapes', 'infer-all-outputs', 'outputs-selected'],
  },
  {
    what: 'lists versions as numbers',
    change: at(MODEL, (body) => ({ ...body, versions: [1, 2] })),
    fails: ['model-metadata-versions'],
  },
  {
    what: 'does not know the versions it lists',
    change: (answer, asked) =>
      /versions\/[12]/.test(asked.path) ? { status: 501, body: { error: 'no versions' } } : answer,
    fails: ['version-paths'],
  },
  {
    what: 'answers from another version',
    change: at(/versions\/2\/infer/, (body) => ({ ...body, model_version: '1' })),
    fails: ['version-paths'],
  },
  {
    what: 'answers with outputs without shape',
    change: each(() => ({ shape: undefined })),
    fails: ['infer', 'infer-data-length', 'infer-as-described'],
  },
  {
    what: 'calls its answers text',
    change: (answer) => ({ ...answer, contentType: 'text/plain' }),
    fails: ['infer-content-type'],
  },
  { what: 'leaves the name of the model out', change: infer(without('model_name')), fails: ['infer-model-name'] },
  {
    what: 'drops the last element of an output',
    change: outputs(([first, ...rest]) =>
      first ? [{ ...first, data: (first.data as []).slice(0, -1) }, ...rest] : [],
    ),
    fails: ['infer-data-length', 'batch-equals-rows'],
  },
  {
    what: 'writes booleans as numbers',
    change: each(({ datatype, data }) => (datatype === 'BOOL' ? { data: (data as boolean[]).map(Number) } : {})),
    fails: ['infer-values'],
  },
  {
    what: 'answers with a data type of its own',
    change: each(({ datatype }) => (datatype === 'FP16' ? { datatype: 'float' } : {})),
    fails: ['infer-values', 'infer-as-described'],
  },
  {
    what: 'keeps an output back',
    change: outputs((list, sent) => (sent.outputs ? list : list.slice(1))),
    fails: ['infer-all-outputs'],
  },
  {
    what: 'answers in another data type than it says',
    change: each(({ datatype }) => (datatype === 'FP32' ? { datatype: 'FP64' } : {})),
    fails: ['infer-as-described'],
  },
  { what: 'makes ids of its own', change: infer((body) => ({ ...body, id: 'mine' })), fails: ['id-returned'] },
  {
    what: 'returns every output, whichever was asked for',
    change: outputs((list, sent) => (sent.outputs && list[0] ? [...list, { ...list[0], name: 'more' }] : list)),
    fails: ['outputs-selected'],
  },
  {
    what: 'takes no parameters',
    change: (answer, { text }) =>
      text.includes('"parameters"') ? { status: 400, body: { error: 'parameters' } } : answer,
    fails: ['parameters-taken'],
  },
  {
    what: 'reads nested data column by column',
    change: outputs((list, sent) => {
      const matrix = inputsOf(sent).find(({ name }) => name === 'in-matrix');
      const isNested = Array.isArray((matrix?.data as unknown[] | undefined)?.[0]);
      return list.map((output) =>
        isNested && output.name === 'out-matrix' ? { ...output, data: [...(output.data as [])].reverse() } : output,
      );
    }),
    fails: ['nested-data'],
  },
  {
    what: 'takes inputs by their order',
    change: outputs((list, sent) =>
      inputsOf(sent)[0]?.name === 'in-matrix'
        ? list.map((output) => ({ ...output, data: [...(output.data as [])].reverse() }))
        : list,
    ),
    fails: ['input-order'],
  },
  {
    what: 'lets a row change with the rows beside it',
    change: each(({ name, data }) =>
      name === 'out-FP64' && (data as []).length > 1 ? { data: (data as number[]).map((value) => value + 0.25) } : {},
    ),
    fails: ['batch-equals-rows'],
  },
  {
    what: 'refuses the least of INT8',
    change: (answer, { text }) => (text.includes('[-128,') ? { status: 400, body: { error: 'range' } } : answer),
    fails: ['integer-limits'],
  },
  {
    what: 'rounds integers to doubles',
    change: each(({ data }) => ({
      data: (data as unknown[]).map((value) => (typeof value === 'bigint' ? BigInt(Number(value)) : value)),
    })),
    fails: ['int64-lossless'],
  },
  {
    what: 'has every model',
    change: (answer, { path }) => (/no-such-model/.test(path) ? { status: 200, body: {} } : answer),
    fails: ['unknown-model', 'unknown-model-404', 'unknown-model-ready'],
  },
  {
    what: 'words failures in another form',
    change: (answer, { path }) => (/no-such-model/.test(path) ? { ...answer, body: { message: 'no' } } : answer),
    fails: ['unknown-model'],
  },
  {
    what: 'answers 400 for a model that is not there',
    change: status(/no-such-model/, 404, 400),
    fails: ['unknown-model-404'],
  },
  {
    what: 'finds a model ready that is not there',
    change: status(/no-such-model-4711\/ready/, 404, 200),
    fails: ['unknown-model-ready'],
  },
  { what: 'has every version', change: status(/99999999/, 404, 200), fails: ['unknown-version'] },
  { what: 'takes broken JSON', off: ['json'], fails: ['bad-json'] },
  { what: 'takes a body without inputs', off: ['inputs'], fails: ['no-inputs'] },
  { what: 'needs no input', off: ['missing'], fails: ['missing-input'] },
  { what: 'passes over inputs it does not know', off: ['extra'], fails: ['extra-input'] },
  { what: 'takes sizes below 0', off: ['sizes'], fails: ['wrong-shape'] },
  { what: 'takes any number of dimensions', off: ['rank'], fails: ['wrong-rank'] },
  { what: 'does not count elements', off: ['count'], fails: ['element-count'] },
  { what: 'takes any data type', off: ['datatype'], fails: ['unknown-datatype', 'wrong-datatype'] },
  { what: 'takes text for numbers', off: ['value'], fails: ['wrong-value'] },
  { what: 'takes numbers that are too large', off: ['range'], fails: ['out-of-range'] },
  { what: 'passes over outputs it does not know', off: ['output'], fails: ['unknown-output'] },
  { what: 'takes faults for its own', change: status(INFER, 400, 500), fails: ['faults-are-4xx'] },
];

/** A server whose answers are other ones once it was sent a bad body; made anew for each run. */
export function harmedByBadInput(): Mutant {
  let harmed = false;
  return {
    what: 'is changed by a bad request',
    change(answer, asked) {
      if (INFER.test(asked.path) && asked.text.includes('{"inputs":[]}')) harmed = true;
      return harmed ? each(({ data }) => ({ data: [...(data as [])].reverse() }))(answer, asked) : answer;
    },
    fails: ['unharmed'],
  };
}
