import { type Check, expect, Skipped, same } from '../check.ts';
import { count, DATATYPES, fits, flat, goodBody, INTEGERS, isBatched, nested, withInput } from '../tensors.ts';
import { answered, infer, isTensor, outputsOf } from './answers.ts';

const ODD_ID = 'conformance-42 "quoted" ü';

export const INFERENCE: readonly Check[] = [
  {
    id: 'infer',
    level: 'required',
    says: '$inference_response has outputs, each with name, shape, datatype and data',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      const { outputs } = answered(exchange);
      expect(Array.isArray(outputs) && outputs.every(isTensor), 'outputs: tensors', exchange);
      expect(
        outputs.every(({ data }) => Array.isArray(data)),
        'data of each output: an array',
        exchange,
      );
    },
  },
  {
    id: 'infer-content-type',
    level: 'recommended',
    says: 'The HTTP/REST API uses JSON: Content-Type: application/json',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      expect(/^application\/json\b/.test(exchange.contentType), 'content type application/json', exchange);
    },
  },
  {
    id: 'infer-model-name',
    level: 'required',
    says: '"model_name": the name of the model used for inference',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      expect(answered(exchange).model_name === probe.model, `model_name: "${probe.model}"`, exchange);
    },
  },
  {
    id: 'infer-data-length',
    level: 'required',
    says: 'Shape and data of a tensor represent its full shape and contents',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      for (const { name, shape, data } of outputsOf(exchange))
        expect(count(shape) === data.length, `${count(shape)} elements of ${name}, as its shape says`, exchange);
    },
  },
  {
    id: 'infer-values',
    level: 'required',
    says: '"datatype": the data-type of the output tensor elements',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      for (const { name, datatype, data } of outputsOf(exchange)) {
        expect(DATATYPES.includes(datatype), `a data type of the protocol for ${name}`, exchange);
        expect(
          data.every((value) => fits(value, datatype)),
          `elements of ${name} that are ${datatype}`,
          exchange,
        );
      }
    },
  },
  {
    id: 'infer-all-outputs',
    level: 'required',
    says: 'If outputs are not specified, all outputs produced by the model will be returned',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      const seen = outputsOf(exchange).map(({ name }) => name);
      const missing = probe.metadata().outputs.filter(({ name }) => !seen.includes(name));
      expect(missing.length === 0, `the output ${missing[0]?.name}`, exchange);
    },
  },
  {
    id: 'infer-as-described',
    level: 'recommended',
    says: 'Metadata "outputs": the outputs produced by the model, with their datatype and shape',
    async run(probe) {
      const exchange = await infer(probe, goodBody(probe.metadata()));
      for (const { name, datatype, shape } of outputsOf(exchange)) {
        const described = probe.metadata().outputs.find((output) => output.name === name);
        expect(described !== undefined, `no output ${name}, which the metadata has not`, exchange);
        expect(datatype === described.datatype, `${name} as ${described.datatype}`, exchange);
        const fitting =
          shape.length === described.shape.length &&
          described.shape.every((size, dimension) => size === -1 || size === shape[dimension]);
        expect(fitting, `${name} of shape [${described.shape}]`, exchange);
      }
    },
  },
  {
    id: 'id-returned',
    level: 'required',
    says: '"id": optional, but if specified this identifier must be returned in the response',
    async run(probe) {
      const exchange = await infer(probe, { ...goodBody(probe.metadata()), id: ODD_ID });
      expect(answered(exchange).id === ODD_ID, `id: ${JSON.stringify(ODD_ID)}`, exchange);
    },
  },
  {
    id: 'outputs-selected',
    level: 'required',
    says: '"outputs": the output tensors requested for this inference; only those are to be returned',
    async run(probe) {
      for (const { name } of probe.metadata().outputs) {
        const exchange = await infer(probe, { ...goodBody(probe.metadata()), outputs: [{ name }] });
        const seen = outputsOf(exchange).map((output) => output.name);
        expect(same(seen, [name]), `the output ${name} alone`, exchange);
      }
    },
  },
  {
    id: 'parameters-taken',
    level: 'required',
    says: '"parameters": an object containing zero or more parameters, of the request, an input or an output',
    async run(probe) {
      const { inputs } = goodBody(probe.metadata());
      const body = { parameters: {}, inputs: inputs.map((input) => ({ ...input, parameters: {} })) };
      answered(await infer(probe, body));
    },
  },
  {
    id: 'nested-data',
    level: 'required',
    says: 'Tensor elements may be presented in their natural multi-dimensional representation, or flattened',
    async run(probe) {
      const good = goodBody(probe.metadata());
      const deep = good.inputs.some(({ shape }) => shape.length > 1);
      const column = (size: readonly number[]) => (deep ? size : [...size, 1]);
      const flatBody = { inputs: good.inputs.map((input) => ({ ...input, shape: column(input.shape) })) };
      const plain = await infer(probe, flatBody);
      if (!deep && plain.status !== 200) throw new Skipped('no input has more than one dimension, or may have');
      const body = { inputs: flatBody.inputs.map((input) => ({ ...input, data: nested(input.data, input.shape) })) };
      const natural = await infer(probe, body);
      expect(same(outputsOf(natural), outputsOf(plain)), 'the answer that flattened data gets', natural);
    },
  },
  {
    id: 'input-order',
    level: 'recommended',
    says: '"name": inputs are told apart by their names',
    async run(probe) {
      const good = goodBody(probe.metadata());
      if (good.inputs.length < 2) throw new Skipped('the model has one input');
      const expected = outputsOf(await infer(probe, good));
      const turned = await infer(probe, { inputs: [...good.inputs].reverse() });
      expect(same(outputsOf(turned), expected), 'the same answer to inputs in another order', turned);
    },
  },
  {
    id: 'batch-equals-rows',
    level: 'recommended',
    says: 'If the input is batched, shape and data represent the entire batch: each row counts by itself',
    async run(probe) {
      const metadata = probe.metadata();
      if (!isBatched(metadata)) throw new Skipped('an input has a fixed number of rows');
      const batch = await infer(probe, goodBody(metadata, 3));
      const single = [];
      for (const row of [0, 1, 2]) single.push(outputsOf(await infer(probe, goodBody(metadata, 1, row))));
      for (const { name, data } of outputsOf(batch)) {
        const rows = single.flatMap((outputs) => flat(outputs.find((output) => output.name === name)?.data));
        expect(same(data, rows), `${name} as its rows alone are answered: ${rows}`, batch);
      }
    },
  },
  {
    id: 'integer-limits',
    level: 'recommended',
    says: 'Tensor Data Types: UINT8, INT8 … have 1, 2, 4 bytes, and every value of them is one',
    async run(probe) {
      const narrow = probe
        .metadata()
        .inputs.filter(({ datatype }) => (INTEGERS[datatype]?.max ?? 2n ** 63n) < 2n ** 53n);
      if (narrow.length === 0) throw new Skipped('no input is an integer of up to 32 bits');
      for (const { name, datatype } of narrow) {
        const { min = 0n, max = 0n } = INTEGERS[datatype] ?? {};
        for (const limit of [min, max]) {
          const body = withInput(goodBody(probe.metadata()), name, ({ data }) => ({ data: data.map(() => limit) }));
          answered(await infer(probe, body));
        }
      }
    },
  },
  {
    id: 'int64-lossless',
    level: 'strict',
    says: 'INT64 and UINT64 beyond 2^53 are refused or taken as they are, not rounded in silence',
    async run(probe) {
      const wide = probe.metadata().inputs.filter(({ datatype }) => /^U?INT64$/.test(datatype));
      if (wide.length === 0) throw new Skipped('no input is INT64 or UINT64');
      for (const { name } of wide) {
        const sent = (value: bigint) =>
          infer(
            probe,
            withInput(goodBody(probe.metadata()), name, ({ data }) => ({ data: data.map(() => value) })),
          );
        const [beyond, small] = [2n ** 53n + 1n, 77n];
        const exchange = await sent(beyond);
        if (exchange.status >= 400 && exchange.status < 500) continue;
        // an output that repeats a small value has to repeat a large one
        const echoes = outputsOf(await sent(small)).filter(({ data }) => data.every((value) => same(value, small)));
        for (const output of outputsOf(exchange)) {
          if (!echoes.some(({ name: echo }) => echo === output.name)) continue;
          expect(
            output.data.every((value) => same(value, beyond)),
            `${output.name}: ${beyond}, as sent`,
            exchange,
          );
        }
      }
    },
  },
];
