import { type Body, type Check, expect, type Metadata, Skipped, same } from '../check.ts';
import { firstOf, goodBody, INTEGERS, isNumeric, withInput } from '../tensors.ts';
import { infer, outputsOf, refused } from './answers.ts';

const NOBODY = 'no-such-model-4711';
const FAILS = 'A failed request must be indicated by an HTTP error status; the body must contain {"error": $string}';

/** A body that must fail, made of a good one. @throws Skipped */
type Spoil = (body: Body, metadata: Metadata) => unknown;

function anInput({ inputs }: Metadata, accepts: (datatype: string) => boolean, what: string): string {
  const input = firstOf(inputs, accepts);
  if (!input) throw new Skipped(`no input is ${what}`);
  return input.name;
}

const BAD_BODIES: readonly { id: string; level: Check['level']; says: string; spoil: Spoil }[] = [
  { id: 'bad-json', level: 'required', says: `${FAILS}: a body that is no JSON`, spoil: () => '{"inputs": [' },
  { id: 'no-inputs', level: 'required', says: `${FAILS}: "inputs" is not optional`, spoil: () => ({ id: '1' }) },
  {
    id: 'missing-input',
    level: 'required',
    says: '"inputs": the inputs required by the model',
    spoil: ({ inputs }) => ({ inputs: inputs.slice(1) }),
  },
  {
    id: 'extra-input',
    level: 'strict',
    says: 'An input that the model has not is a slip of the caller',
    spoil: ({ inputs }) => ({ inputs: [...inputs, { ...inputs[0], name: 'no-such-input' }] }),
  },
  {
    id: 'wrong-shape',
    level: 'required',
    says: '"shape": each dimension must be an integer representable as an unsigned 64-bit integer value',
    spoil: (body) => withInput(body, body.inputs[0]?.name ?? '', () => ({ shape: [-1] })),
  },
  {
    id: 'wrong-rank',
    level: 'required',
    says: '"shape": the shape of the input tensor, as its metadata has it',
    spoil: (body) => withInput(body, body.inputs[0]?.name ?? '', ({ shape }) => ({ shape: [...shape, 1, 1, 1] })),
  },
  {
    id: 'element-count',
    level: 'required',
    says: 'Shape and data must represent the full shape and contents of the tensor',
    spoil: (body) => withInput(body, body.inputs[0]?.name ?? '', ({ data }) => ({ data: data.slice(1) })),
  },
  {
    id: 'unknown-datatype',
    level: 'required',
    says: '"datatype": as defined in Tensor Data Types',
    spoil: (body) => withInput(body, body.inputs[0]?.name ?? '', () => ({ datatype: 'FP63' })),
  },
  {
    id: 'wrong-datatype',
    level: 'required',
    says: '"datatype": the data-type of the input tensor elements; text is no number',
    spoil: (body, metadata) =>
      withInput(body, anInput(metadata, isNumeric, 'a number'), ({ data }) => ({
        datatype: 'BYTES',
        data: data.map(() => 'text'),
      })),
  },
  {
    id: 'wrong-value',
    level: 'required',
    says: 'The server can coerce each element to the required type or return an error',
    spoil: (body, metadata) =>
      withInput(body, anInput(metadata, isNumeric, 'a number'), ({ data }) => ({ data: data.map(() => 'text') })),
  },
  {
    id: 'out-of-range',
    level: 'strict',
    says: 'An integer beyond the range of its data type is no value of it',
    spoil: (body, metadata) => {
      const name = anInput(metadata, (datatype) => datatype in INTEGERS, 'an integer');
      const { max = 0n } = INTEGERS[body.inputs.find((input) => input.name === name)?.datatype ?? ''] ?? {};
      return withInput(body, name, ({ data }) => ({ data: data.map(() => max + 1n) }));
    },
  },
  {
    id: 'unknown-output',
    level: 'strict',
    says: 'An output that the model has not cannot be returned, so that asking for it is an error',
    spoil: (body) => ({ ...body, outputs: [{ name: 'no-such-output' }] }),
  },
];

const badBodies = BAD_BODIES.map(
  ({ id, level, says, spoil }): Check => ({
    id,
    level,
    says,
    async run(probe) {
      refused(await infer(probe, spoil(goodBody(probe.metadata()), probe.metadata())));
    },
  }),
);

export const FAILURES: readonly Check[] = [
  {
    id: 'unknown-model',
    level: 'required',
    says: `${FAILS}: a model that is not there`,
    async run({ call, metadata }) {
      refused(await call('GET', `/v2/models/${NOBODY}`));
      refused(await call('POST', `/v2/models/${NOBODY}/infer`, goodBody(metadata())));
    },
  },
  {
    id: 'unknown-model-404',
    level: 'recommended',
    says: 'HTTP: what is not there is 404',
    async run({ call, metadata }) {
      const described = await call('GET', `/v2/models/${NOBODY}`);
      expect(described.status === 404, 'status 404', described);
      const inferred = await call('POST', `/v2/models/${NOBODY}/infer`, goodBody(metadata()));
      expect(inferred.status === 404, 'status 404', inferred);
    },
  },
  {
    id: 'unknown-model-ready',
    level: 'required',
    says: 'Model Ready indicates if a specific model is ready: one that is not there is not',
    async run({ call }) {
      const ready = await call('GET', `/v2/models/${NOBODY}/ready`);
      expect(ready.status >= 400, 'an HTTP error status', ready);
    },
  },
  {
    id: 'unknown-version',
    level: 'required',
    says: `${FAILS}: a version that is not there`,
    async run({ call, model, metadata }) {
      if (metadata().versions.length === 0) throw new Skipped('the server lists no versions');
      const path = `/v2/models/${encodeURIComponent(model)}/versions/99999999`;
      refused(await call('GET', path));
      refused(await call('POST', `${path}/infer`, goodBody(metadata())));
    },
  },
  ...badBodies,
  {
    id: 'faults-are-4xx',
    level: 'recommended',
    says: 'An HTTP error status (typically 400): what the caller did wrong is no failure of the server',
    async run(probe) {
      for (const { spoil } of BAD_BODIES) {
        try {
          const exchange = await infer(probe, spoil(goodBody(probe.metadata()), probe.metadata()));
          expect(exchange.status < 500, 'a status below 500', exchange);
        } catch (error) {
          if (!(error instanceof Skipped)) throw error;
        }
      }
    },
  },
  {
    id: 'unharmed',
    level: 'strict',
    says: 'A bad request changes nothing for the next good one',
    async run(probe) {
      const before = outputsOf(await infer(probe, goodBody(probe.metadata())));
      await infer(probe, '{"inputs": [');
      await infer(probe, { inputs: [] });
      const after = await infer(probe, goodBody(probe.metadata()));
      expect(same(outputsOf(after), before), 'the answer from before the bad requests', after);
    },
  },
];
