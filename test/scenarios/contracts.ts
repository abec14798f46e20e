import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ValidationReport } from '../../domain/datasets/report.ts';
import type { DatasetVersion } from '../../domain/registry/entities.ts';
import { customers, toCsv } from '../fixtures/customers.ts';
import type { Model } from './model.ts';
import { readArtifact } from './training.ts';
import type { World } from './world.ts';

const CONTRACT = {
  data: {
    maxSizeMb: 4,
    rules: [
      { id: 'old-customers-spend', expression: 'spend > 1', when: 'age >= 60', mostly: 0.5 },
      { id: 'adults', expression: 'age >= 21', severity: 'warn', mostly: 0.99 },
    ],
    keys: [['customer_id', 'seen_at']],
    checks: [
      { type: 'row-count', min: 50 },
      { type: 'volume', minVersions: 1, strategy: { type: 'relative', maxIncrease: 3 } },
      { type: 'statistic', column: 'age', statistic: 'mean', minVersions: 2 },
      { type: 'duplicate-rows', maxShare: 0.1 },
      { type: 'label-balance', minShare: 0.05 },
      { type: 'leakage' },
      { type: 'drift', severity: 'warn' },
      { type: 'freshness', maxAge: '9000d' },
    ],
  },
  training: { trigger: { newData: false } },
};

/** Files in the order they come; each is judged beside those before it. */
function files(): readonly (readonly [name: string, bytes: string | Uint8Array])[] {
  const rows = (from: number, count = 120) => toCsv(customers(count, { from }));
  const odd = rows(620_000).split('\n');
  odd.splice(5, 0, 'too,few', odd[3] as string, 'x,2026-01-01,-4,nan,gold,perhaps,f,7');
  return [
    ['fine.csv', rows(600_000)],
    ['packed.csv.gz', gzipSync(rows(610_000))],
    ['packed.csv.zst', zstdCompressSync(Buffer.from(rows(615_000)))],
    ['odd.csv', odd.join('\r\n')],
    ['semicolons.csv', rows(630_000).replaceAll(',', ';')],
    ['many.csv', rows(640_000, 900)],
    ['few.csv', rows(650_000, 20)],
    ['large.csv', Buffer.concat([Buffer.from(rows(660_000)), Buffer.alloc(4_194_304, '\n')])],
    ['cut.csv.gz', gzipSync(rows(670_000)).subarray(0, 900)],
    ['formula.csv', rows(680_000).replaceAll('customer-', '=cmd|customer-')],
    ['empty.csv', ''],
  ];
}

/** What depends on where a file was judged is left out. */
function judged(report: ValidationReport): Partial<ValidationReport> {
  const { specVersion: _specVersion, file, ...rest } = report;
  return { ...rest, file: { ...file, name: '' } };
}

export function contractScenarios(on: () => World): void {
  const reportOf = async ({ report }: DatasetVersion): Promise<ValidationReport> => {
    if (!report) throw new Error('there is no report');
    return ValidationReport.parse(JSON.parse(Buffer.from(await readArtifact(on().platform, report)).toString()));
  };

  const onLaptop = async (
    model: Model,
    folder: string,
    [name, bytes]: ReturnType<typeof files>[number],
    at: string,
  ) => {
    const { platform } = on();
    const spec = join(folder, 'spec.json');
    writeFileSync(spec, JSON.stringify(model.document(CONTRACT)));
    writeFileSync(join(folder, name), bytes);
    const args = ['--spec', spec, '--data', join(folder, name), '--context', join(folder, 'context.json'), '--at', at];
    const { code, stdout } = await platform.millrace('validate', ...args, '--json');
    const { files: reports } = JSON.parse(stdout) as { files: unknown[] };
    return { code, report: ValidationReport.parse(reports[0]) };
  };

  it('comes to the same verdict and the same report on a laptop as in the function', async () => {
    const { platform } = on();
    const model = on().model('contracts');
    await model.apply(CONTRACT);
    const folder = mkdtempSync(join(tmpdir(), 'millrace-contracts-'));
    const verdicts: [string, string, number][] = [];
    try {
      for (const file of files()) {
        const context = ['data', 'context', model.name, '--out', join(folder, 'context.json')];
        const fetched = await platform.millrace(...context);
        if (fetched.code !== 0) throw new Error(fetched.stderr);
        const dataset = await model.verdict(await model.upload(file[0], file[1]));
        const inFunction = await reportOf(dataset);
        const { code, report } = await onLaptop(model, folder, file, inFunction.at);
        // bytes that are not read have no digest in the cloud
        const digest = (one: ValidationReport) => ({ ...judged(one), ...(file[0] === 'large.csv' && { file: {} }) });
        expect(digest(report), file[0]).toEqual(digest(inFunction));
        verdicts.push([file[0], report.verdict, code]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    expect(verdicts).toEqual([
      ['fine.csv', 'accepted', 0],
      ['packed.csv.gz', 'accepted', 0],
      // who is old and spends next to nothing breaks old-customers-spend
      ['packed.csv.zst', 'accepted-with-quarantine', 0],
      ['odd.csv', 'accepted-with-quarantine', 0],
      ['semicolons.csv', 'accepted', 0],
      ['many.csv', 'rejected', 1],
      ['few.csv', 'rejected', 1],
      ['large.csv', 'rejected', 1],
      ['cut.csv.gz', 'rejected', 2],
      ['formula.csv', 'accepted', 0],
      ['empty.csv', 'rejected', 2],
    ]);
  });
}
