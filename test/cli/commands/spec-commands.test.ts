import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkSpec } from '../../../domain/spec/check.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { validateFile } from '../../../engine/validate-file.ts';
import { withWorkFolder } from '../../../engine/work-folder.ts';
import { aSpecDocument } from '../../fixtures/builders.ts';
import { runCli } from '../../fixtures/run-cli.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-spec-cli-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const { code, stdout: out, stderr: err } = await runCli(argv, { cwd: dir });
  return { code, out, err };
}
const write = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return name;
};

describe('millrace spec check', () => {
  it('says that a spec is valid', async () => {
    const file = write('good.yaml', stringify(aSpecDocument()));
    expect(await run('spec', 'check', file)).toEqual({
      code: 0,
      out: 'good.yaml: churn is a valid binary spec\n',
      err: '',
    });
    const { code, out } = await run('spec', 'check', file, '--json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { file, ok: true, name: 'churn', task: 'binary', digest: expect.stringMatching(/^[0-9a-f]{64}$/), problems: [] },
    ]);
  });

  it('prints every problem with what was seen and what is allowed', async () => {
    const file = write('bad.yaml', stringify(aSpecDocument({ task: 'binray', data: { minRows: 0 } })));
    const { code, out } = await run('spec', 'check', file);
    expect(code).toBe(1);
    expect(out).toBe(
      [
        'bad.yaml: 2 problems',
        '',
        'task: is not known; did you mean binary?',
        '    seen     "binray"',
        '    allowed  binary, multiclass, regression',
        'data.minRows: must be at least 1',
        '    seen     0',
        '    allowed  at least 1',
        '',
      ].join('\n'),
    );
    const json = await run('spec', 'check', file, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out).problems.map(({ path }: { path: string }) => path)).toEqual(['task', 'data.minRows']);
  });

  it('says whether it is compatible with another file', async () => {
    const before = write('before.yaml', stringify(aSpecDocument()));
    const after = write('after.yaml', stringify(aSpecDocument({ data: { maxSizeMb: 1 } })));
    expect(await run('spec', 'check', before, '--against', before)).toMatchObject({
      code: 0,
      out: 'before.yaml: churn is a valid binary spec\ncompatible: nothing in the contract differs from before.yaml\n',
    });
    const { code, out } = await run('spec', 'check', after, '--against', before, '--json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({
        against: before,
        compatibility: {
          compatible: false,
          changes: [{ path: 'data.maxSizeMb', kind: 'narrowing', message: 'was 4096, is 1' }],
        },
      }),
    ]);
    expect((await run('spec', 'check', after, '--against', before, '--require-compatible')).code).toBe(1);
    expect((await run('spec', 'check', before, '--against', after, '--require-compatible')).code).toBe(0);
    expect((await run('spec', 'check', before, '--require-compatible')).code).toBe(2);
    expect((await run('spec', 'check', before, '--against', write('odd.yaml', 'a: 1'))).code).toBe(2);
  });

  it('prints syntax errors with their line', async () => {
    const { code, out } = await run('spec', 'check', write('syntax.yaml', 'a: 1\na: 2\n'));
    expect([code, out.split('\n')[2]]).toEqual([1, 'line 2: Map keys must be unique: "a"']);
  });

  it('takes a file that is not there for wrong usage', async () => {
    expect(await run('spec', 'check', 'none.yaml')).toMatchObject({
      code: 2,
      err: 'error: cannot read none.yaml: there is no such file\n',
    });
    expect(await run('spec', 'check')).toMatchObject({ code: 2 });
  });
});

describe('millrace spec schema', () => {
  it('prints the published file', async () => {
    const published = readFileSync(new URL('../../../schema/model-spec.schema.json', import.meta.url), 'utf8');
    expect(await run('spec', 'schema')).toEqual({ code: 0, out: published, err: '' });
  });
});

describe('millrace spec init', () => {
  const rows = Array.from(
    { length: 120 },
    (_, i) =>
      `${i},${1 + (i % 28)}.11.2026,${20 + (i % 40)},${i % 3 ? i / 4 : ''},${['a', "b'c", 'd "e"'][i % 3]?.replace(/.*"/, '"d ""e"""')},${i % 2 ? 'stays' : 'goes'}`,
  );
  const csv = `Order ID,day,age,spend,plan,target\n${rows.join('\n')}\n`
    .replace('Order ID', 'order_id')
    .replaceAll(',', ';');

  it('names a schema that is there, as seen from the folder of the spec', async () => {
    mkdirSync(join(dir, 'specs'), { recursive: true });
    const data = write('seen.csv', csv);
    for (const [argv, folder] of [
      [['--out', 'specs/seen.yaml'], join(dir, 'specs')],
      [[], dir],
    ] as const) {
      const { out } = await run('spec', 'init', '--data', data, ...argv);
      const yaml = argv.length > 0 ? readFileSync(join(dir, 'specs', 'seen.yaml'), 'utf8') : out;
      const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)$/m.exec(yaml) ?? [];
      expect(schema).toMatch(/^\.\.?\//);
      expect(JSON.parse(readFileSync(join(folder, schema), 'utf8'))).toMatchObject({ title: 'Millrace model spec' });
    }
  });

  it('writes a spec that passes the check and accepts the data it was made from', async () => {
    const data = write('Orders 2026.csv', csv);
    const { code, out, err } = await run('spec', 'init', '--data', data, '--out', 'orders.yaml');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe('orders.yaml: read it, then millrace spec check orders.yaml\n');
    expect(await run('spec', 'check', 'orders.yaml')).toMatchObject({ code: 0 });
    const checked = checkSpec(parse(readFileSync(join(dir, 'orders.yaml'), 'utf8')));
    if ('problems' in checked) throw new Error('unreachable');
    const { spec } = checked;
    expect(spec).toMatchObject({
      name: 'orders-2026',
      task: 'binary',
      classes: ['goes', 'stays'],
      data: { delimiter: ';', id: 'order_id', timestamp: 'day', target: 'target' },
    });
    expect(spec.data.columns[1]).toMatchObject({ type: 'timestamp', format: '%d.%m.%Y' });
    const path = join(dir, data);
    const context = { at: '2026-11-30T00:00:00.000Z', history: [] };
    const judgement = await withWorkFolder('spec-init', (folder) =>
      validateFile({ spec, path, folder, context }, async (file) => file.judgement),
    );
    expect(judgement).toMatchObject({ verdict: 'accepted', reasons: [], rows: { total: 120, accepted: 120 } });
  });

  it('prints the spec without --out, as YAML or JSON', async () => {
    const data = write('x.csv', csv);
    const yaml = await run(
      'spec',
      'init',
      '--data',
      data,
      '--name',
      'orders',
      '--target',
      'spend',
      '--task',
      'regression',
    );
    expect(parse(yaml.out)).toMatchObject({ name: 'orders', task: 'regression', data: { target: 'spend' } });
    const json = await run(
      'spec',
      'init',
      '--data',
      data,
      '--name',
      'orders',
      '--target',
      'spend',
      '--task',
      'regression',
      '--json',
    );
    expect(JSON.parse(json.out)).toEqual(parse(yaml.out));
  });

  it('reads Parquet', async () => {
    write('y.csv', csv);
    await withDuckDb({ folders: [dir] }, (connection) =>
      connection.run(`COPY (FROM read_csv('${dir}/y.csv')) TO '${dir}/y.parquet' (FORMAT parquet)`),
    );
    const { out } = await run('spec', 'init', '--data', 'y.parquet');
    expect(parse(out)).toMatchObject({ name: 'y', data: { format: 'parquet', target: 'target' } });
  });

  it.each([
    ['no data', [], 'usage: millrace spec init'],
    ['a file that is not there', ['--data', 'none.csv'], 'there is no file none.csv'],
    [
      'an unknown task',
      ['--data', 'x.csv', '--task', 'guess'],
      '--task must be one of binary, multiclass, regression, got "guess"',
    ],
    ['an unknown target', ['--data', 'x.csv', '--target', 'guess'], '--target "guess" is no column'],
    ['a file that would be overwritten', ['--data', 'x.csv', '--out', 'x.csv'], 'x.csv exists already'],
  ])('takes %s for wrong usage', async (_what, argv, message) => {
    expect(await run('spec', 'init', ...argv)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    });
  });

  it.each([
    ['no header', '1,2\n3,4\n5,6\n', 'has no header'],
    ['no row', 'a,target\n', 'has no row'],
    ['a name twice', 'a,A,target\n1,2,0\n3,4,1\n5,6,0\n', 'give each column a name of its own'],
  ])('fails for a file with %s', async (_what, text, message) => {
    const { code, err } = await run('spec', 'init', '--data', write('odd.csv', text), '--target', 'target');
    expect([code, err]).toEqual([expect.any(Number), expect.stringContaining(message)]);
    expect(code).not.toBe(0);
  });
});
