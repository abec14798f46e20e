import { afterEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { parseLandingKey } from '../../../domain/datasets/landing-key.ts';
import type { SpecFiles } from '../../../lambdas/adapters/s3-spec-files.ts';
import { applyUploadedSpec } from '../../../lambdas/apply-spec/apply-spec.ts';
import { makeHandler } from '../../../lambdas/apply-spec/handler.ts';
import { anObjectCreated } from '../../fixtures/aws-events.ts';
import { aModelSpec, aSpecDocument } from '../../fixtures/builders.ts';
import { recordingPublisher } from '../../fixtures/landing.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const AT = NOW.toISOString();
const KEY = 'specs/churn.yaml';

afterEach(() => vi.restoreAllMocks());

function platform(objects: Record<string, string | Uint8Array> = {}) {
  const written = new Map<string, unknown>();
  const files: SpecFiles = {
    async read(key, maxBytes) {
      const object = objects[key];
      if (object === undefined) return undefined;
      const bytes = Buffer.from(object as Uint8Array);
      return { versionId: 'v1', size: bytes.length, ...(bytes.length <= maxBytes && { bytes }) };
    },
    write: async (key, value) => void written.set(key, JSON.parse(JSON.stringify(value))),
  };
  const publisher = recordingPublisher();
  const deps = { registry: memoryRegistry(), publisher, files, now: () => NOW, landingBucket: 'landing' };
  return { deps, written, publisher, registry: deps.registry, objects };
}

describe('an uploaded spec', () => {
  it.each([
    ['YAML', KEY, stringify(aSpecDocument())],
    ['YAML under another suffix', 'specs/churn.yml', stringify(aSpecDocument())],
    ['JSON', 'specs/churn.json', JSON.stringify(aSpecDocument())],
    ['a file of another name', 'specs/team a+b.yaml', stringify(aSpecDocument())],
  ])('in %s is applied, told and answered', async (_what, key, text) => {
    const { deps, written, publisher, registry } = platform({ [key]: text });
    expect(await applyUploadedSpec(key, deps)).toEqual({
      outcome: 'applied',
      model: 'churn',
      version: 1,
      created: true,
    });
    expect(await registry.requireSpec('churn')).toMatchObject({ spec: aModelSpec(), by: 'apply-spec', at: AT });
    expect(publisher.published).toEqual([
      { name: 'SpecApplied', detail: { schemaVersion: 1, model: 'churn', at: AT, specVersion: 1 } },
    ]);
    const answer = key.replace('specs/', 'spec-problems/').replace(/\.\w+$/, '.json');
    expect([...written]).toEqual([
      [answer, { key, versionId: 'v1', at: AT, problems: [], count: 0, model: 'churn', specVersion: 1 }],
    ]);
  });

  it('that was applied before keeps its version', async () => {
    const { deps, registry } = platform({ [KEY]: stringify(aSpecDocument()) });
    await applyUploadedSpec(KEY, deps);
    expect(await applyUploadedSpec(KEY, deps)).toMatchObject({ version: 1, created: false });
    expect(await registry.listSpecs('churn')).toHaveLength(1);
  });

  it('says whether it is compatible with the one before', async () => {
    const { deps, objects, written, publisher } = platform({ [KEY]: stringify(aSpecDocument()) });
    await applyUploadedSpec(KEY, deps);
    objects[KEY] = stringify(aSpecDocument({ data: { minRows: 50 } }));
    const compatibility = {
      compatible: false,
      changes: [{ path: 'data.minRows', kind: 'narrowing', message: 'was 1, is 50' }],
    };
    expect(await applyUploadedSpec(KEY, deps)).toMatchObject({ version: 2, compatibility });
    expect(written.get('spec-problems/churn.json')).toMatchObject({ specVersion: 2, compatibility });
    expect(publisher.published.at(-1)).toMatchObject({ detail: { specVersion: 2, compatible: false } });
    const lines: string[] = [];
    vi.stubEnv('LOG_LEVEL', 'info');
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    objects[KEY] = stringify(aSpecDocument());
    await makeHandler(deps)(anObjectCreated('landing', KEY));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      event: 'spec-applied',
      compatible: true,
      count: 1,
      changes: ['widening data.minRows'],
    });
  });

  it('that asks for a retraining every month has it asked for then, until it no longer does', async () => {
    const monthly = stringify(aSpecDocument({ monitoring: { retrain: { every: '30d' } } }));
    const { deps, objects, registry } = platform({ [KEY]: monthly });
    await applyUploadedSpec(KEY, deps);
    expect(await registry.findParked('schedule/churn')).toMatchObject({ dueAt: '2026-12-20T10:00:00.000Z' });
    objects[KEY] = stringify(aSpecDocument());
    await applyUploadedSpec(KEY, deps);
    expect(registry.parkedNames()).toEqual([]);
  });

  it('that is replaced while it is applied gives way to the newer one', async () => {
    const [older, newer] = [stringify(aSpecDocument({ description: 'old' })), stringify(aSpecDocument())];
    const { deps, registry, objects } = platform({ [KEY]: older });
    const files: SpecFiles = {
      ...deps.files,
      read: async (key, maxBytes) => {
        const found = await deps.files.read(key, maxBytes);
        return found && { ...found, versionId: objects[KEY] === older ? 'v1' : 'v2' };
      },
    };
    const applySpec: typeof registry.applySpec = async (...given) => {
      // the upload's own event is handled by another instance, which is faster
      const overtaken = objects[KEY] === older;
      objects[KEY] = newer;
      if (overtaken) await applyUploadedSpec(KEY, { ...deps, files });
      return registry.applySpec(...given);
    };
    await applyUploadedSpec(KEY, { ...deps, files, registry: { ...registry, applySpec } });
    expect((await registry.requireSpec('churn')).spec).toEqual(aModelSpec());
  });

  it('is told again if telling failed', async () => {
    const { deps, publisher } = platform({ [KEY]: stringify(aSpecDocument()) });
    const failing = { ...deps, publisher: { publish: () => Promise.reject(new Error('down')) } };
    await expect(applyUploadedSpec(KEY, failing)).rejects.toThrow('down');
    await applyUploadedSpec(KEY, deps);
    expect(publisher.published).toMatchObject([{ detail: { specVersion: 1 } }]);
  });

  it.each([
    ['problems', stringify(aSpecDocument({ task: 'guess', data: { target: 'nope' } })), ['task', 'data.target']],
    ['a syntax error', 'a: [1', ['line 1']],
    ['a key twice', 'a: 1\na: 2', ['line 2']],
    ['nothing in it', '', ['']],
    ['other bytes than UTF-8', Buffer.from([0x61, 0xff]), ['']],
    ['more than 512 KB', ' '.repeat(512 * 1024 + 1), ['']],
  ])('with %s changes nothing and is answered with what is wrong', async (_what, text, paths) => {
    const { deps, written, publisher, registry } = platform({ [KEY]: text });
    expect(await applyUploadedSpec(KEY, deps)).toMatchObject({ outcome: 'refused' });
    expect(await registry.listModels()).toEqual([]);
    expect(publisher.published).toEqual([]);
    const answer = written.get('spec-problems/churn.json') as { problems: { path: string }[] };
    expect(answer.problems.map(({ path }) => path).sort()).toEqual([...paths].sort());
  });

  it('is answered where no further spec is looked for', async () => {
    const { deps, written } = platform({ [KEY]: 'a: 1' });
    await applyUploadedSpec(KEY, deps);
    for (const key of written.keys()) expect(parseLandingKey(key)).toEqual({ kind: 'ignored', why: 'spec-problems' });
  });

  it('that was mended loses its problems', async () => {
    const { deps, written, objects } = platform({ [KEY]: 'a: 1' });
    await applyUploadedSpec(KEY, deps);
    objects[KEY] = stringify(aSpecDocument());
    await applyUploadedSpec(KEY, deps);
    expect(written.get('spec-problems/churn.json')).toMatchObject({ problems: [], specVersion: 1 });
  });

  it.each([
    ['specs/', { outcome: 'ignored', why: 'folder-marker' }],
    ['specs/notes.txt', { outcome: 'ignored', why: 'bad-spec-name' }],
    ['specs/../churn/x.yaml', { outcome: 'ignored', why: 'path-tricks' }],
    ['churn/x.yaml', { outcome: 'ignored', why: 'dataset' }],
    ['specs/gone.yaml', { outcome: 'gone' }],
  ])('under %s is left alone', async (key, outcome) => {
    const { deps, written } = platform();
    expect(await applyUploadedSpec(key, deps)).toEqual(outcome);
    expect(written.size).toBe(0);
  });
});

describe('the handler', () => {
  const logged = () => {
    const lines: string[] = [];
    vi.stubEnv('LOG_LEVEL', 'info');
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    return lines;
  };

  it('applies what the event names and logs one line', async () => {
    const { deps, registry } = platform({ [KEY]: stringify(aSpecDocument()) });
    const lines = logged();
    await makeHandler(deps)(anObjectCreated('landing', KEY));
    expect((await registry.listModels()).map(({ name }) => name)).toEqual(['churn']);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'spec-applied', model: 'churn', version: 1 }),
    ]);
  });

  it('does not fail for a bad spec', async () => {
    const { deps } = platform({ [KEY]: 'a: 1' });
    const lines = logged();
    await makeHandler(deps)(anObjectCreated('landing', KEY));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', event: 'spec-refused', key: KEY });
  });

  it('ignores another bucket', async () => {
    const { deps, registry } = platform({ [KEY]: stringify(aSpecDocument()) });
    logged();
    await makeHandler(deps)(anObjectCreated('other', KEY));
    expect(await registry.listModels()).toEqual([]);
  });
});
