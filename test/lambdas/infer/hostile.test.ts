import { spawn } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aFacedRouter, names, post } from './a-faced-model.ts';
import { FORMS, type Form, GOOD } from './bad-bodies.ts';

const PATHS = [...new Set(Object.values(FORMS).map(({ path }) => path))];
/** Of the function's 1,024 MB. */
const HEAP_MB = 512;
/** A body of 6 MiB takes up to three seconds on a busy machine; what grows with its square takes minutes. */
const MAX_MS = 20_000;

/** Words that faces look for, so that bodies come near to being right. */
const KEYS = [
  ...names,
  ...['inputs', 'outputs', 'parameters', 'params', 'id', 'name', 'shape', 'datatype', 'data', 'columns', 'index'],
  ...['instances', 'dataframe_split', 'dataframe_records', 'signature_name', 'explain', 'event_time', 'routing_key'],
  ...['__proto__', 'constructor', 'toString', 'length', ''],
];
const leaf = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -0,
    1,
    1.5,
    2 ** 53,
    1e308,
    5e-324,
    'INT64',
    'FP64',
    'BYTES',
    'BOOL',
    '2026-01-01T00:00:00Z',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.double(),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 })), tie('value'), { maxKeys: 6 }),
  ),
}));
/** A good body with a stretch of it cut, or something put into it: often no JSON any more. */
const mangled = fc
  .tuple(
    fc.constantFrom(...Object.values(FORMS)),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.oneof(fc.constant(0), fc.nat(12)),
    fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        ',',
        ']',
        '[',
        '{}',
        'null',
        'NaN',
        '-Infinity',
        '1e999',
        '"',
        '\\',
        '\u0000',
        '\ud800',
        '"__proto__":',
      ),
      value.map((inserted) => JSON.stringify(inserted)),
    ),
  )
  .map(([form, share, cut, put]) => {
    const { body, headers } = (form as Form).encode(GOOD, names);
    const at = Math.floor(share * body.length);
    return { path: form.path, body: body.slice(0, at) + put + body.slice(at + cut), headers: { ...headers } };
  });
const invented = fc
  .tuple(
    fc.constantFrom(...PATHS),
    value,
    fc.constantFrom('application/json', 'text/csv', 'application/json; charset=utf-8'),
  )
  .map(([path, body, type]) => ({ path, body: JSON.stringify(body), headers: { 'content-type': type } }));

describe('whatever is sent', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(() => void process.off('unhandledRejection', note));

  it('is answered with predictions or with the fault of the caller, never of ours', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const router = aFacedRouter();
    const counts = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(mangled, invented), async ({ path, body, headers }) => {
        const { status } = await post(router, path, body, headers);
        counts.set(status, (counts.get(status) ?? 0) + 1);
        expect([200, 400, 406, 413, 415, 422]).toContain(status);
      }),
      { numRuns: 3_000 },
    );
    // it comes near enough to reach every answer
    for (const status of [200, 400, 422]) expect(counts.get(status) ?? 0).toBeGreaterThan(5);
    expect(unhandled).toEqual([]);
  }, 60_000);
});

describe('a body of 6 MiB made to cost', () => {
  it(`takes less than ${HEAP_MB} MB and ${MAX_MS / 1_000} s, whatever is in it`, async () => {
    const { code, lines } = await run();
    expect(code, lines.join('\n')).toBe(0);
    const answers = lines.map((line) => JSON.parse(line) as { what: string; status: number; ms: number });
    expect(answers.length).toBeGreaterThan(20);
    const good = ['as many rows as there may be'];
    for (const { what, status, ms } of answers) {
      expect({ what, ok: good.includes(what) ? status === 200 : status >= 400 && status < 500, status }).toMatchObject({
        ok: true,
      });
      expect({ what, ms: ms < MAX_MS ? 'in time' : ms }).toEqual({ what, ms: 'in time' });
    }
  }, 180_000);
});

function run(): Promise<{ code: number | null; lines: string[] }> {
  const file = join(import.meta.dirname, 'hostile-child.ts');
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, file], {
    env: { ...process.env, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, lines: text.trim().split('\n') }));
  });
}
