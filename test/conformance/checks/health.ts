import { type Check, expect, isRecord, Skipped } from '../check.ts';
import { DATATYPES, goodBody } from '../tensors.ts';
import { answered, isTensor } from './answers.ts';

const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

export const HEALTH: readonly Check[] = [
  {
    id: 'server-live',
    level: 'required',
    says: 'Server Live: GET v2/health/live answers 200 while the server takes requests',
    async run({ call }) {
      const live = await call('GET', '/v2/health/live');
      expect(live.status === 200, 'status 200', live);
    },
  },
  {
    id: 'server-live-body',
    level: 'recommended',
    says: '$live_server_response is {"live": $bool}; some servers send no body',
    async run({ call }) {
      const live = await call('GET', '/v2/health/live');
      expect(isRecord(live.body) && live.body.live === true, '{"live": true}', live);
    },
  },
  {
    id: 'server-ready',
    level: 'required',
    says: 'Server Ready: GET v2/health/ready answers 200 while all models are ready',
    async run({ call }) {
      const ready = await call('GET', '/v2/health/ready');
      expect(ready.status === 200, 'status 200', ready);
    },
  },
  {
    id: 'server-ready-body',
    level: 'recommended',
    says: '$ready_server_response: the text names the field live, servers and clients ready',
    async run({ call }) {
      const ready = await call('GET', '/v2/health/ready');
      const { body } = ready;
      expect(isRecord(body) && (body.live ?? body.ready) === true, '{"live": true} or {"ready": true}', ready);
    },
  },
  {
    id: 'server-metadata',
    level: 'required',
    says: '$metadata_server_response is {"name": $string, "version": $string, "extensions": [$string, …]}',
    async run({ call }) {
      const exchange = await call('GET', '/v2');
      const { name, version, extensions } = answered(exchange);
      expect(typeof name === 'string' && typeof version === 'string', 'name and version, both strings', exchange);
      expect(isStrings(extensions), 'extensions: an array of strings', exchange);
    },
  },
  {
    id: 'model-ready',
    level: 'required',
    says: 'Model Ready: GET v2/models/<model>/ready answers 200 once the model can serve',
    async run({ call, base }) {
      const ready = await call('GET', `${base}/ready`);
      expect(ready.status === 200, 'status 200', ready);
    },
  },
  {
    id: 'model-ready-body',
    level: 'recommended',
    says: '$ready_model_response is {"name": $string, "ready": $bool}; some servers send no body',
    async run({ call, base, model }) {
      const ready = await call('GET', `${base}/ready`);
      const { body } = ready;
      expect(
        isRecord(body) && body.name === model && body.ready === true,
        `{"name": "${model}", "ready": true}`,
        ready,
      );
    },
  },
  {
    id: 'model-metadata',
    level: 'required',
    says: '$metadata_model_response has name, platform, inputs and outputs, each tensor a name, a datatype and a shape',
    async run({ call, base, model }) {
      const exchange = await call('GET', base);
      const { name, platform, inputs, outputs } = answered(exchange);
      expect(name === model, `name: "${model}"`, exchange);
      expect(typeof platform === 'string', 'platform: a string', exchange);
      for (const list of [inputs, outputs])
        expect(Array.isArray(list) && list.every(isTensor), 'inputs and outputs: tensors', exchange);
    },
  },
  {
    id: 'model-metadata-datatypes',
    level: 'required',
    says: '"datatype": the data-type of the tensor elements as defined in Tensor Data Types',
    async run({ metadata }) {
      const { inputs, outputs } = metadata();
      const odd = [...inputs, ...outputs].find(({ datatype }) => !DATATYPES.includes(datatype));
      expect(odd === undefined, `one of ${DATATYPES.join(', ')} for ${odd?.name}, not ${odd?.datatype}`);
    },
  },
  {
    id: 'model-metadata-shapes',
    level: 'required',
    says: 'Variable-size dimensions are specified as -1',
    async run({ metadata }) {
      const { inputs, outputs } = metadata();
      const odd = [...inputs, ...outputs].find(({ shape }) => shape.some((size) => size < -1));
      expect(odd === undefined, `sizes from -1 on for ${odd?.name}, not ${odd?.shape}`);
    },
  },
  {
    id: 'model-metadata-versions',
    level: 'required',
    says: '"versions": [$string, …], the versions that may be explicitly requested',
    async run({ call, base }) {
      const exchange = await call('GET', base);
      const { versions } = answered(exchange);
      if (versions === undefined) throw new Skipped('the server lists no versions');
      expect(isStrings(versions), 'versions: an array of strings', exchange);
    },
  },
  {
    id: 'version-paths',
    level: 'required',
    says: 'v2/models/<model>/versions/<version>: metadata, ready and infer take a version that is listed',
    async run({ call, model, metadata }) {
      const { versions } = metadata();
      if (versions.length === 0) throw new Skipped('the server lists no versions');
      for (const version of versions) {
        const path = `/v2/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
        const described = await call('GET', path);
        expect(described.status === 200, 'status 200', described);
        const ready = await call('GET', `${path}/ready`);
        expect(ready.status === 200, 'status 200', ready);
        const inferred = await call('POST', `${path}/infer`, goodBody(metadata()));
        const { model_version: seen } = answered(inferred);
        expect(seen === version, `model_version: "${version}"`, inferred);
      }
    },
  },
];
